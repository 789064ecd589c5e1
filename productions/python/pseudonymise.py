"""Gives each image another patient and other UIDs, the same ones for the same patient each time, and sends it on."""

import hashlib
import hmac
import logging
import os

import consort
import pydicom
from pydicom.uid import generate_uid

KEY = os.environ['PSEUDONYM_KEY'].encode()


def keyed(text):
    return hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()


def on_request(request, options):
    if request.file is None:
        raise consort.Permanent('the message has no image')
    data_set = pydicom.dcmread(request.file)
    pseudonym = keyed(str(data_set.get('PatientID', '')))[:12].upper()
    data_set.PatientName = pseudonym
    data_set.PatientID = pseudonym
    data_set.PatientBirthDate = ''
    # Always the same for the same image: a message that is worked on again has to send the same.
    for keyword in ('StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID'):
        setattr(data_set, keyword, generate_uid(entropy_srcs=[keyed(data_set.get(keyword, ''))]))
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    data_set.save_as(os.path.join(request.directory, 'pseudonym.dcm'))

    request.send_sync(options['archive'], document='pseudonym.dcm')
    logging.info('message %d is in the archive under a pseudonym', request.message_id)
    return consort.status(0x0000)


consort.serve(on_request)
