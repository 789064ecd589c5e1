/**
 * What becomes of the elements that a recorded image keeps; every other one is left out, sequences and private ones
 * among them. Stricter than the Basic Application Level Confidentiality Profile (PS3.15 table E.1-1): that names what
 * is removed, this what stays.
 *
 * - keep: a number, or the UID of something that the standard defines.
 * - word: one of the words that the standard defines for it; any other value is left out.
 * - uid: another UID in its place, the same for the same one (action U).
 * - date: moved by a number of days that is the same for all (action C, Retain Longitudinal Temporal Information
 *   With Modified Dates, section E.3.6).
 */
export const harmlessElements: Readonly<
  Record<string, 'keep' | 'uid' | 'date' | readonly string[]>
> = {
  SOPClassUID: 'keep',
  SOPInstanceUID: 'uid',
  StudyInstanceUID: 'uid',
  SeriesInstanceUID: 'uid',
  FrameOfReferenceUID: 'uid',
  StudyDate: 'date',
  SeriesDate: 'date',
  AcquisitionDate: 'date',
  ContentDate: 'date',
  Modality: (
    'AR,AU,BDUS,BI,BMD,CR,CT,DG,DOC,DX,ECG,EPS,ES,GM,HC,HD,IO,IVOCT,IVUS,KER,KO,LEN,' +
    'MG,MR,NM,OAM,OCT,OP,OPM,OPT,OPV,OT,PLAN,PR,PT,PX,REG,RESP,RF,RG,RTDOSE,RTIMAGE,' +
    'RTPLAN,RTRECORD,RTSTRUCT,RWV,SEG,SM,SMR,SR,SRF,STAIN,TG,US,VA,XA,XC'
  ).split(','),
  ImageType: (
    'ORIGINAL,DERIVED,PRIMARY,SECONDARY,AXIAL,LOCALIZER,REFORMATTED,MPR,' +
    'PROJECTION IMAGE,SINGLE PLANE,OTHER,M,P,R,I'
  ).split(','),
  PhotometricInterpretation: (
    'MONOCHROME1,MONOCHROME2,PALETTE COLOR,RGB,YBR_FULL,YBR_FULL_422,YBR_PARTIAL_422,' +
    'YBR_PARTIAL_420,YBR_ICT,YBR_RCT'
  ).split(','),
  LossyImageCompression: ['00', '01'],
  BurnedInAnnotation: ['YES', 'NO'],
  PatientPosition: ['HFS', 'HFP', 'FFS', 'FFP', 'HFDL', 'HFDR', 'FFDL', 'FFDR'],
  ImageLaterality: ['R', 'L', 'U', 'B'],
  SeriesNumber: 'keep',
  AcquisitionNumber: 'keep',
  InstanceNumber: 'keep',
  NumberOfFrames: 'keep',
  SamplesPerPixel: 'keep',
  PlanarConfiguration: 'keep',
  Rows: 'keep',
  Columns: 'keep',
  BitsAllocated: 'keep',
  BitsStored: 'keep',
  HighBit: 'keep',
  PixelRepresentation: 'keep',
  SmallestImagePixelValue: 'keep',
  LargestImagePixelValue: 'keep',
  PixelSpacing: 'keep',
  ImagerPixelSpacing: 'keep',
  SliceThickness: 'keep',
  SpacingBetweenSlices: 'keep',
  SliceLocation: 'keep',
  ImagePositionPatient: 'keep',
  ImageOrientationPatient: 'keep',
  RescaleIntercept: 'keep',
  RescaleSlope: 'keep',
  WindowCenter: 'keep',
  WindowWidth: 'keep',
};
