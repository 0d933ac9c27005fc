// The letters that stand for stimuli, on buttons and keys.

/** What the server calls a reference that is shown as such. */
export const REFERENCE = "Reference";

/** The letter on the keyboard for a label. */
export const letterOf = (label) => label[0];

/** A label within a sentence. */
export const spoken = (label) => (label === REFERENCE ? "the reference" : label);
