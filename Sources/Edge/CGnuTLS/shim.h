#pragma once
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* GnuTLS' own free is a variable behind a macro, which Swift does not call. */
static inline void tocsin_gnutls_free(void *memory) { gnutls_free(memory); }
