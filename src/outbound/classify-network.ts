import type { Verdict } from './classify.ts';

/** Our own reasons to end an attempt, beside the codes of Node. */
export type TransportCode = 'KPI_DEADLINE' | 'KPI_TOO_LARGE' | 'KPI_BODY_CUT';

type NetworkRule = Verdict & { readonly codes: RegExp };

const again = 'Nothing to do yet: it is tried again by itself. If it lasts, see whether the source is up and reachable from this machine.';
const fixAddress = 'Correct the address of this connection with "kpi connect", then try it with "kpi check".';

/** Code of Node, OpenSSL, zlib or ours → what it means. The first row that matches wins, the last one matches all. */
const networkRules: readonly NetworkRule[] = [
  {
    codes: /^ENOTFOUND$/,
    kind: 'config',
    code: 'unknown_host',
    tries: 2,
    happened: 'there is no host of this name',
    advice: fixAddress,
  },
  {
    codes: /^EAI_/,
    kind: 'transient',
    code: 'dns_unavailable',
    tries: 5,
    happened: 'the name of the host could not be looked up now',
    advice: "Nothing to do yet: it is tried again by itself. If it lasts, check this machine's name service and network.",
  },
  {
    codes: /^ECONNREFUSED$/,
    kind: 'transient',
    code: 'connection_refused',
    tries: 5,
    happened: 'nothing accepts connections there',
    advice: again,
  },
  {
    codes: /^(?:ENET|EHOST)(?:UNREACH|DOWN)$|^EADDRNOTAVAIL$/,
    kind: 'transient',
    code: 'unreachable',
    tries: 5,
    happened: 'the network does not reach the host',
    advice: again,
  },
  {
    codes: /^(?:KPI_DEADLINE|E(?:SOCKET)?TIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/,
    kind: 'transient',
    code: 'timeout',
    tries: 5,
    happened: 'no complete answer within the time allowed',
    advice: again,
  },
  {
    codes: /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|CRL_/,
    kind: 'config',
    code: 'certificate',
    tries: 1,
    happened: 'the certificate of the source is not valid, so nothing was sent',
    advice:
      'Have the source\'s certificate renewed, or give Node the authority that signed it (NODE_EXTRA_CA_CERTS), then try it with "kpi check".',
  },
  {
    codes: /^(?:EPROTO|ERR_SSL_.*|ERR_TLS_.*)$/,
    kind: 'config',
    code: 'tls_failed',
    tries: 2,
    happened: 'no encrypted connection could be made',
    advice: `The port may speak plain http, or an old version of TLS. ${fixAddress}`,
  },
  {
    codes: /^HPE_/,
    kind: 'config',
    code: 'not_http',
    tries: 3,
    happened: 'what answers there does not speak HTTP',
    advice: fixAddress,
  },
  {
    codes: /^KPI_TOO_LARGE$/,
    kind: 'data',
    code: 'too_large',
    tries: 1,
    happened: 'the answer is larger than allowed',
    advice: 'Ask for fewer records at once (page size of the stream), or look for a record with an attachment in a text field.',
  },
  {
    codes: /^(?:KPI_BODY_CUT|Z_.*|ERR_.*_DECOD.*|ERR_STREAM_PREMATURE_CLOSE)$/,
    kind: 'transient',
    code: 'truncated',
    tries: 5,
    happened: 'the answer ended before it was complete',
    advice: again,
  },
  {
    codes: /^(?:ECONNRESET|EPIPE|ECONNABORTED)$/,
    kind: 'transient',
    code: 'connection_reset',
    tries: 5,
    happened: 'the connection was cut before an answer came',
    advice: again,
  },
  {
    codes: /^/,
    kind: 'transient',
    code: 'network',
    tries: 5,
    happened: 'the request failed on the way',
    advice: again,
  },
];

/** What a failure without an answer means. */
export function classifyNetwork(code: string): Verdict {
  const { codes: _, ...verdict } = networkRules.find(({ codes }) => codes.test(code)) ?? networkRules.at(-1)!;
  return { ...verdict, happened: `${verdict.happened}${code.startsWith('KPI_') ? '' : ` (${code})`}` };
}
