/** Measures content as it passes: what the queue wants to know of a message (sizes in bytes). Lines end in CRLF. */
export interface Measured {
  readonly size: number;
  /** Bytes above 127 anywhere. */
  readonly has8bit: boolean;
  /** Bytes above 127 in the header section. */
  readonly headerHas8bit: boolean;
  /** The longest line, without its CRLF. */
  readonly longestLine: number;
}

export class ContentMeter {
  #size = 0;
  #has8bit = false;
  #headerHas8bit = false;
  #longestLine = 0;
  #line = 0;
  #inHeader = true;

  push(chunk: Uint8Array): void {
    this.#size += chunk.length;
    for (const byte of chunk) {
      if (byte === lf) this.#endLine();
      else if (byte !== cr) this.#line++;
      if (byte > 127) {
        this.#has8bit = true;
        if (this.#inHeader) this.#headerHas8bit = true;
      }
    }
  }

  get measured(): Measured {
    return {
      size: this.#size,
      has8bit: this.#has8bit,
      headerHas8bit: this.#headerHas8bit,
      longestLine: Math.max(this.#longestLine, this.#line),
    };
  }

  #endLine(): void {
    if (this.#line === 0) this.#inHeader = false;
    this.#longestLine = Math.max(this.#longestLine, this.#line);
    this.#line = 0;
  }
}

const cr = 13;
const lf = 10;
