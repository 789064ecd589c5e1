import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';
import { StudyState } from './study-state.tsx';

const limit = 50;

/** Studies with what became of their images. */
export default function StudiesPage() {
  const [search, setSearch] = useSearchParams();
  const { may } = useWho();
  const words = Object.fromEntries(
    (['patientId', 'accessionNumber', 'studyInstanceUid', 'cursor'] as const).flatMap((key) => {
      const value = search.get(key);
      return value ? [[key, value]] : [];
    }),
  );
  const query = useAnswer('studies', { query: { ...words, limit } });
  return (
    <Page title="Studies" lead="The study that received an image last comes first.">
      {may('phi-reader') && <StudySearch key={search.toString()} />}
      <Answered query={query} what="the studies">
        {({ studies, next }) =>
          studies.length === 0 ? (
            <Empty title="No study is there">
              <p>
                <Link href="/studies">All studies</Link>; what was purged is not there any more.
              </p>
            </Empty>
          ) : (
            <>
              <div className="sheet scroll" role="region" aria-label="Studies" tabIndex={0}>
                <table className="cards">
                  <thead>
                    <tr>
                      {may('phi-reader') && <th scope="col">Patient</th>}
                      <th scope="col">Study</th>
                      <th scope="col">Modality</th>
                      <th scope="col">From</th>
                      <th scope="col">Last image</th>
                      <th scope="col" className="number">
                        Images
                      </th>
                      <th scope="col">Status</th>
                    </tr>
                  </thead>
                  <tbody>
                    {studies.map((study) => (
                      <tr key={study.studyInstanceUid ?? 'none'}>
                        {may('phi-reader') && (
                          <td data-title="Patient">
                            <span>
                              <Text>{study.patientNames.join('; ')}</Text>
                              <span className="quiet small block">
                                <Text>{study.patientIds.join(', ')}</Text>
                              </span>
                            </span>
                          </td>
                        )}
                        <th scope="row" data-title="Study">
                          <span>
                            {study.studyInstanceUid ? (
                              <Link href={`/studies/${study.studyInstanceUid}`}>
                                {study.accessionNumbers.length > 0
                                  ? `accession ${study.accessionNumbers.join(', ')}`
                                  : 'study'}
                              </Link>
                            ) : (
                              'images without a study'
                            )}
                            <span className="quiet small block mono">{study.studyInstanceUid}</span>
                          </span>
                        </th>
                        <td data-title="Modality">{study.modalities.join(', ')}</td>
                        <td data-title="From">
                          <Text>{study.callingAeTitles.join(', ')}</Text>
                        </td>
                        <td data-title="Last image">
                          <Time>{study.lastImageAt}</Time>
                        </td>
                        <td className="number" data-title="Images">
                          {study.instances}
                        </td>
                        <td data-title="Status">
                          <StudyState study={study} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {next && (
                <button type="button" onClick={() => setSearch({ ...words, cursor: next })}>
                  Older studies
                </button>
              )}
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function StudySearch() {
  const [search, setSearch] = useSearchParams();
  const [patientId, setPatientId] = useState(search.get('patientId') ?? '');
  const [accessionNumber, setAccession] = useState(search.get('accessionNumber') ?? '');
  return (
    <form
      className="sheet filter"
      aria-label="Search studies"
      onSubmit={(event) => {
        event.preventDefault();
        setSearch({
          ...(patientId === '' ? {} : { patientId }),
          ...(accessionNumber === '' ? {} : { accessionNumber }),
        });
      }}
    >
      <div className="fields">
        <label className="field">
          <span>Patient ID</span>
          <input value={patientId} onChange={(event) => setPatientId(event.target.value)} />
        </label>
        <label className="field">
          <span>Accession number</span>
          <input value={accessionNumber} onChange={(event) => setAccession(event.target.value)} />
        </label>
        <button type="submit" className="primary">
          Search
        </button>
      </div>
    </form>
  );
}
