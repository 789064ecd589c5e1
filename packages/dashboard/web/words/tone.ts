/** How a state is meant; shown by a sign and a colour beside its word, never by the colour alone. */
export type Tone = 'good' | 'doubtful' | 'bad' | 'idle';
