/**
 * Every code that the reading of a stream can fail with, and what happened then, in Spanish for whoever reads the numbers: without the
 * commands of an operator, who has the error's own message. What follows from its kind is said behind it. One word may come from several
 * sources, and with several kinds: its sentence is true of all of them.
 */
export const ERROR_CODES = {
  // The address, and what answers there.
  bad_address: 'La dirección de la conexión no es una dirección web.',
  unknown_host: 'La dirección de la conexión no existe.',
  redirected: 'El origen se cambió de dirección: hay que corregir la de la conexión.',
  not_found: 'En la dirección de la conexión no está lo que se pidió: la dirección o la cuenta no es la correcta.',
  not_http: 'Lo que responde en la dirección de la conexión no es un sitio web.',
  not_odoo: 'En la dirección de la conexión no hay un Odoo.',
  html_answer: 'El origen respondió con una página web en vez de datos: puede estar en mantención, o su dirección es otra.',
  certificate: 'El certificado de seguridad del origen no es válido y no se le envió nada: hay que renovarlo.',
  tls_failed: 'No se logró una conexión segura con el origen.',
  dns_unavailable: 'Por ahora no se encuentra la dirección del origen.',
  connection_refused: 'El origen no acepta conexiones.',
  connection_reset: 'El origen cortó la conexión antes de responder.',
  unreachable: 'La red no llega al origen.',
  network: 'La comunicación con el origen falló en el camino.',
  timeout: 'El origen no respondió a tiempo.',

  // Keys, rights and accounts.
  unauthorized: 'El origen no acepta la clave de la conexión: venció, fue revocada o es otra. Hay que crear una nueva y guardarla.',
  no_token: 'El origen no dio permiso de entrada a la aplicación: hay que revisar sus credenciales y que esté instalada.',
  key_missing: 'La conexión necesita una clave de API: no basta una contraseña.',
  settings_incomplete: 'A la conexión le faltan datos para entrar al origen.',
  forbidden: 'La clave de la conexión no tiene permiso para leer estos datos: hay que dárselo en el origen.',
  access_denied: 'La aplicación no tiene permiso para leer estos datos: hay que dárselo en la tienda.',
  protected_customer_data: 'La aplicación no tiene permiso para leer datos protegidos de clientes: hay que dárselo en la tienda.',
  customer_denied: 'La aplicación no tiene permiso para leer a los clientes: hay que dárselo en la tienda.',
  fields_unreadable: 'El usuario de la conexión no puede leer todos los campos que hacen falta: hay que darle permiso en el origen.',
  company_forbidden: 'El usuario de la conexión no puede leer la empresa indicada: hay que darle acceso, o corregir cuál es.',
  wrong_account: 'La clave de la conexión es de otra cuenta.',
  agent_token: 'La clave de la conexión es de un agente, que no ve todas las conversaciones: hace falta la de un administrador.',
  account_suspended: 'La cuenta del origen está suspendida: hay que activarla.',
  payment_required: 'La cuenta del origen está suspendida por una factura sin pagar: hay que pagarla.',
  app_not_installed: 'La tienda no reconoce la aplicación: hay que instalarla en ella.',
  shop_inactive: 'La tienda está cerrada o en pausa.',
  shop_frozen: 'La tienda está congelada por una factura sin pagar: su dueño debe pagarla.',
  shop_locked: 'La tienda está bloqueada: su dueño debe pedir a Shopify que la desbloquee.',
  shop_moved: 'La tienda se cambió de dirección: hay que corregir la de la conexión.',
  shop_not_found: 'No existe una tienda con la dirección de la conexión.',
  wrong_database: 'En el servidor no existe la base de datos indicada.',
  project_unreadable: 'Esta versión del origen no dice de qué proyecto es cada automatización.',
  cannot_start: 'No se pudo empezar a leer: falta algo en la conexión, como su clave.',

  // What the source can do, and what it answered.
  model_missing: 'En el origen no está instalada la aplicación que guarda estos datos.',
  transport_unknown: 'La forma de conectarse que se eligió no existe en esta versión del origen.',
  updated_within_ignored: 'Esta versión del origen no permite pedir solo lo que cambió: hay que actualizarlo.',
  no_server_clock: 'El origen no dice qué hora es, y sin ella no se sabe hasta cuándo se leyó.',
  instance_replaced: 'El origen fue restaurado o instalado de nuevo: hay que decidir desde dónde se sigue leyendo.',
  cursor_refused: 'La lectura no puede seguir desde donde quedó: hay que empezarla de nuevo.',
  refused: 'El origen rechaza lo que se le pide.',
  bad_request: 'El origen no entendió lo que se le pidió.',
  query_refused: 'La tienda rechazó la consulta.',
  max_cost_exceeded: 'La consulta es más grande que lo que la tienda permite.',
  invalid_cursor: 'La tienda no reconoce el lugar de la lista donde se iba.',
  no_cursor: 'La tienda no dijo dónde sigue su lista.',
  no_progress: 'El origen entrega siempre la misma parte de su lista.',
  rate_limited: 'El origen recibe por ahora demasiadas consultas.',
  throttled: 'La tienda recibe por ahora demasiadas consultas.',
  too_early: 'El origen pide repetir la consulta.',
  server_error: 'El origen tuvo una falla interna.',
  odd_status: 'El origen dio una respuesta que no se entiende.',
  unexpected_answer: 'El origen dio una respuesta distinta de la esperada.',
  unexpected_shape: 'El origen entregó datos con una forma distinta de la esperada.',
  unreadable_answer: 'La respuesta del origen no se pudo leer.',
  invalid_json: 'La respuesta del origen llegó dañada.',
  bad_json: 'La respuesta del origen llegó dañada.',
  truncated: 'La respuesta del origen llegó incompleta.',
  too_large: 'La respuesta del origen es más grande que lo permitido.',
  record_vanished: 'Un registro se eliminó en el origen mientras se leía.',
  changing_order: 'Un pedido cambió varias veces mientras se leía.',
  inexact_count: 'La tienda no terminó de contar sus registros.',
  incomplete_snapshot: 'El origen entregó menos registros que los que dice tener, y se conservan los de antes.',
  incomplete_list: 'La lista del origen no está completa, y nada se da por eliminado.',

  // This service itself.
  aborted: 'La lectura se detuvo antes de terminar.',
  database_unreachable: 'La base de datos no estaba disponible.',
  database_busy: 'La base de datos estaba ocupada.',
  database_resources: 'A la base de datos le falta espacio o memoria.',
  database_rights: 'La base de datos no permitió guardar lo leído.',
  bug: 'La lectura se interrumpió por un error.',
} as const satisfies Readonly<Record<string, string>>;

/** Codes of errors that no stream has: of Metabase and of webhooks that messages go to. */
export type ErrandCode =
  | 'embedding_secret'
  | 'metabase_conflict'
  | 'metabase_refused'
  | 'metabase_starting'
  | 'metabase_sync_unfinished'
  | 'no_administrator'
  | 'no_reports_webhook'
  | 'not_listening';

export type ErrorCode = keyof typeof ERROR_CODES;
