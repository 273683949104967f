/** Limits of reading and building messages. */
export const mimeLimits = {
  /** RFC 5322 sets none; what mail servers commonly take. The rest of a longer header section is not read. */
  headerMaxBytes: 262_144,
  headerFieldsMax: 1000,
  /** Characters of one field's value that are looked at. */
  fieldValueMaxChars: 16_384,
  /** RFC 5322 §2.1.1, without CRLF. */
  lineMaxOctets: 998,
  /** RFC 2045 §6.7 and §6.8. */
  encodedLineMaxChars: 76,
  /** RFC 2047 §2. */
  encodedWordMaxChars: 75,
  subjectMaxChars: 200,
  messageIdMaxChars: 250,
  /** A bounce returns a larger message's header section alone. */
  returnedFullMaxBytes: 51_200,
  diagnosticMaxChars: 500,
  /** Recipients told of in one report: no more than one message can have. */
  reportRecipientsMax: 1000,
} as const;
