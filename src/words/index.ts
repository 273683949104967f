/**
 * Floor 3: every event told to people, in English and Chinese. One exhaustive mapping per audience: `tellStory` for laymen,
 * `outcomeLine` for a terminal, `eventLog` for the log, `eventMetrics` for metrics, `statusFor` for mail programs, and the
 * notices for senders. The texts are in `locales/`, one folder a language (Fluent).
 */
export { tellAnchorFault, tellDnsFinding, tellDnsReason } from "./dns.ts";
export { exposureAfter, noExposure, parseExposure, worseExposure, type Exposure } from "./exposure.ts";
export { defaultLanguage, detectLanguage, languages, parseLanguage, type Language } from "./language.ts";
export { eventLog, type EventLine, type EventLogOptions } from "./log.ts";
export { eventMetrics, type MetricStep } from "./metrics.ts";
export {
  bounceNotice,
  redactedNotice,
  delayNotice,
  successNotice,
  reportRecipient,
  type Notice,
  type NoticeFacts,
  type NoticeRecipient,
  type Delayed,
  type Delivered,
  type Failed,
} from "./notice/index.ts";
export { outcomeLine } from "./outcome.ts";
export { tellPlan } from "./plan.ts";
export { statusFor } from "./status.ts";
export { sayWhyBounced, sayWhyDeferred, tellStory } from "./story.ts";
export { createWords, type MessageArgs, type MessageKey, type Words, type WordsOptions } from "./words.ts";
