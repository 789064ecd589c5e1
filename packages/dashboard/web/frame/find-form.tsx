import { useState } from 'react';
import { useLocation } from 'wouter';

/** One field for whatever somebody has at hand: a message's number, a patient, an accession number, a UID. */
export function FindForm() {
  const [, go] = useLocation();
  const [text, setText] = useState('');
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') go(`/find?q=${encodeURIComponent(text.trim())}`);
      }}
    >
      <input
        id="find"
        type="search"
        aria-label="Find a message, patient, accession number or UID"
        placeholder="Message, patient, accession, UID  ( / )"
        value={text}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}
