/** Limits of what is told to people. */
export const wordsLimits = {
  catalogueFilesMax: 64,
  catalogueFileMaxBytes: 262_144,
  languageTagMaxChars: 64,
  /** Characters of one value that goes into a message of the catalogue. */
  argumentMaxChars: 2000,
  /** Characters repeated of what a peer said. */
  peerTextMaxChars: 300,
  nameMaxChars: 255,
  addressMaxChars: 320,
  /** Names in a sentence, and addresses in a notice; of the rest the number is told. */
  listedInSentenceMax: 5,
  listedInNoticeMax: 20,
  /** Recipients in the block for an administrator. */
  listedForAdminMax: 50,
} as const;
