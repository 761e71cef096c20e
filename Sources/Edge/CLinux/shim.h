// System calls that Swift's Glibc module leaves out: it is built without _GNU_SOURCE.
#pragma once
#include <stddef.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <unistd.h>

static inline ssize_t tocsin_getdents64(int directory, void *buffer, size_t size) {
  return syscall(SYS_getdents64, directory, buffer, size);
}

static inline int tocsin_statfs(const char *path, struct statfs *status) {
  return statfs(path, status);
}

// The NIS domain name of struct utsname, whose field has another name without _GNU_SOURCE.
static inline const char *tocsin_domainname(const struct utsname *names) {
#ifdef __USE_GNU
  return names->domainname;
#else
  return names->__domainname;
#endif
}
