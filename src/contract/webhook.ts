/** A message of a source as it came: the signature covers the bytes. */
export interface WebhookMessage {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * What a person asks of everybody who holds their data, as a source passes it on. `data_request`: what is stored; `redact`: erase the
 * person; `account_redact`: erase the whole account.
 */
export interface PrivacyRequest {
  /** The same for every delivery of one message. */
  readonly id: string;
  readonly topic: 'data_request' | 'redact' | 'account_redact';
  /** Number of the request in the source, for the answer. */
  readonly reference: string | null;
  /** Null for an account. */
  readonly person: PrivacyPerson | null;
}

/** Whom it is about. Never stored or logged as it is. */
export interface PrivacyPerson {
  /** Of records of the entity `customer` that are the person. */
  readonly sourceIds: readonly string[];
  readonly email: string | null;
  readonly phone: string | null;
}

/** `unsigned`: not by this account's key. `unreadable`: signed, and not as expected. `other`: nothing here depends on it. */
export type WebhookReading =
  { readonly kind: 'unsigned' | 'unreadable' | 'other' } | { readonly kind: 'privacy'; readonly request: PrivacyRequest };
