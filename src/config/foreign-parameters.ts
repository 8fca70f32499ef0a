const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What stands in URLs for other drivers, as small letters, and why nothing of it is done here. */
export const foreignParameters = [
  {
    why: 'the schema is that of --schema or dbos_system_schema',
    names: words('schema currentschema search_path schema_search_path'),
  },
  {
    why: 'whether a pooler is in between is found out; migrate needs the server itself, or a pooler in session mode',
    names: words('pgbouncer supa'),
  },
  {
    why: 'there is one connection, and no pool',
    names: words(`
      connection_limit pool_timeout max_connection_lifetime max_idle_connection_lifetime single_use_connections
      pool pool_size max_overflow pool_max_conns pool_min_conns pool_min_idle_conns pool_max_conn_lifetime
      pool_max_conn_lifetime_jitter pool_max_conn_idle_time pool_health_check_period checkout_timeout reaping_frequency
      max min max_lifetime idle_timeout idletimeoutmillis conn_max_age conn_health_checks
    `),
  },
  {
    why: 'no statement is prepared',
    names: words(`
      statement_cache_size statement_cache_capacity statement-cache-capacity description_cache_capacity
      max_cached_statement_lifetime max_cacheable_statement_size default_query_exec_mode
      prepare prepared_statements prepared_statement_cache_size prepared_statement_name_func prepare_threshold
      preparethreshold preparedstatementcachequeries preparedstatementcachesizemib
      binary_parameters disable_prepared_binary_result
    `),
  },
  {
    why: 'this tool sets its own limits of time',
    names: words(`
      statement_timeout query_timeout lock_timeout idle_in_transaction_session_timeout
      command_timeout socket_timeout sockettimeout timeout
    `),
  },
  {
    why: 'connect_timeout says how long a connection may take',
    names: words('connecttimeout connectiontimeoutmillis logintimeout'),
  },
  {
    why: 'sslmode says how TLS is used, verify-full being the one that verifies all',
    names: words('uselibpqcompat sslaccept'),
  },
  { why: 'sslcert and sslkey name the certificate of the client', names: words('sslidentity') },
  {
    why: 'it changes nothing here',
    names: words(`
      async_fallback advisory_locks atomic_requests autocommit autosave binarytransfer defaultrowfetchsize
      disable_server_side_cursors encoding rewritebatchedinserts stringtype tcpkeepalive timezone
    `),
  },
] as const;
