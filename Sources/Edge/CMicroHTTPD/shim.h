#pragma once
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// Swift cannot call variadic functions: these wrappers have the fixed types that WebServer needs.

/* Swift cannot read a va_list either, so log messages are handled here. This one is the only report of
   libmicrohttpd that it closed a connection because of a limit. */
static inline void tocsin_mhd_log(void *rejected, const char *format, va_list arguments) {
  (void)arguments;
  if (strncmp(format, "Server reached connection limit", 31) == 0)
    __atomic_fetch_add((uint64_t *)rejected, 1, __ATOMIC_RELAXED);
}

static inline uint64_t tocsin_mhd_load(const uint64_t *counter) {
  return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* The settings of a WebServer daemon. The callbacks receive `context`. */
struct tocsin_mhd_settings {
  int listen_socket;
  unsigned int connection_limit;
  unsigned int connections_per_ip; /* 0: no limit */
  unsigned int idle_timeout_seconds; /* 0: none */
  size_t connection_memory;
  void *context;
  MHD_AccessHandlerCallback handle;
  void *(*begin)(void *context, const char *uri, struct MHD_Connection *connection);
  MHD_RequestCompletedCallback complete;
  MHD_NotifyConnectionCallback connection_changed;
  uint64_t *rejected; /* counts connections over a limit */
  int uses_tls; /* connection_changed then gives each new connection its credentials */
};

/* libmicrohttpd requires a certificate or a callback for one; this one is never called, because every
   connection gets its own credentials. */
static inline int tocsin_mhd_no_certificate(
    gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
    const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **certificates,
    unsigned int *certificate_count, gnutls_privkey_t *key) {
  (void)session, (void)authorities, (void)authority_count, (void)algorithms, (void)algorithm_count;
  (void)certificates, (void)certificate_count, (void)key;
  return -1;
}

static inline struct MHD_Daemon *tocsin_mhd_start(const struct tocsin_mhd_settings *settings) {
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)tocsin_mhd_no_certificate},
      {MHD_OPTION_END, 0, NULL},
  };
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
          (settings->uses_tls ? MHD_USE_TLS : 0),
      0, NULL, NULL,
      settings->handle, settings->context,
      /* First, so that errors of the options behind it are logged. */
      MHD_OPTION_EXTERNAL_LOGGER, tocsin_mhd_log, settings->rejected,
      MHD_OPTION_LISTEN_SOCKET, settings->listen_socket,
      MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->connections_per_ip,
      MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_timeout_seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory,
      MHD_OPTION_URI_LOG_CALLBACK, settings->begin, settings->context,
      MHD_OPTION_NOTIFY_COMPLETED, settings->complete, settings->context,
      MHD_OPTION_NOTIFY_CONNECTION, settings->connection_changed, settings->context,
      MHD_OPTION_ARRAY, settings->uses_tls ? tls : none,
      MHD_OPTION_END);
}

/* The address of the client, or NULL. */
static inline const struct sockaddr *tocsin_mhd_client(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info == NULL ? NULL : info->client_addr;
}

/* The socket of a connection, or -1. */
static inline int tocsin_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : info->connect_fd;
}

/* The gnutls_session_t of a connection; NULL without TLS. */
static inline void *tocsin_mhd_tls_session(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info == NULL ? NULL : info->tls_session;
}

/* The pointer that connection_changed stored in a connection, or NULL. */
static inline void *tocsin_mhd_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == NULL ? NULL : info->socket_context;
}

/* The size of request line and headers in bytes. */
static inline size_t tocsin_mhd_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info == NULL ? 0 : info->header_size;
}
