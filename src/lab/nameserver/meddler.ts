/** Somebody between the name server and those who ask it. */
import type { Message, Question } from "../../dns/index.ts";

/** Sees the true answer and says what is told in its place; the true one itself, if he lets it pass. */
export type DnsMeddler = (truth: Message, question: Question) => Message;
