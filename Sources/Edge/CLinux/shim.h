// System calls that Swift's Glibc module leaves out: it is built without _GNU_SOURCE.
#pragma once
#include <arpa/nameser.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <malloc.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <unistd.h>

static inline ssize_t tocsin_getdents64(int directory, void *buffer, size_t size) {
  return syscall(SYS_getdents64, directory, buffer, size);
}

// Releases pages that the kernel can read from their file again: madvise(2) with MADV_DONTNEED.
static inline int tocsin_release_pages(unsigned long start, unsigned long length) {
  return (int)syscall(SYS_madvise, start, length, 4);
}

// Returns unused memory of the heap, which glibc otherwise retains below memory that is in use.
static inline void tocsin_trim_heap(void) { malloc_trim(0); }

// Makes all threads allocate from one arena; affects threads that have not allocated yet.
static inline void tocsin_share_arena(void) { mallopt(M_ARENA_MAX, 1); }

// Merges small freed chunks with their neighbours at once, not all of them during a later malloc.
static inline void tocsin_join_freed(void) { mallopt(M_MXFAST, 0); }

static inline int tocsin_statfs(const char *path, struct statfs *status) {
  return statfs(path, status);
}

// Watches a descriptor for the other side hanging up (or, with is_alarm, for readable data) under the
// caller's number `id`.
static inline int tocsin_epoll_add(int epoll, int file, int is_alarm, uint64_t id) {
  struct epoll_event event = {.events = is_alarm ? EPOLLIN : EPOLLRDHUP, .data = {.u64 = id}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, file, &event);
}

static inline int tocsin_epoll_remove(int epoll, int file) {
  struct epoll_event event = {0};
  return epoll_ctl(epoll, EPOLL_CTL_DEL, file, &event);
}

// Waits for one event and stores its number: returns 1 for an event, 0 to be called again, -1 for an error.
static inline int tocsin_epoll_next(int epoll, uint64_t *id) {
  struct epoll_event event;
  int count = epoll_wait(epoll, &event, 1, -1);
  if (count < 0) return errno == EINTR ? 0 : -1;
  if (count == 1) *id = event.data.u64;
  return count;
}

// The NIS domain name of struct utsname, whose field has another name without _GNU_SOURCE.
static inline const char *tocsin_domainname(const struct utsname *names) {
#ifdef __USE_GNU
  return names->domainname;
#else
  return names->__domainname;
#endif
}

// Queries records of a name; returns the length of the answer, -1 if there are none, -2 if no server
// answered. `server` is the IPv4 address in host order of a server to use instead of those of
// /etc/resolv.conf, with a timeout in seconds, or 0.
static inline int tocsin_dns_query(
  const char *name, int type, unsigned server, unsigned short port, int timeout, unsigned char *answer, int size) {
  struct __res_state state;
  memset(&state, 0, sizeof state);
  if (res_ninit(&state) != 0) return -2;
  if (server != 0) {
    state.nscount = 1;
    state.nsaddr_list[0].sin_family = AF_INET;
    state.nsaddr_list[0].sin_addr.s_addr = htonl(server);
    state.nsaddr_list[0].sin_port = htons(port);
    state.retrans = timeout;
  }
  int length = res_nsearch(&state, name, C_IN, type, answer, size);
  int error = state.res_h_errno;
  res_nclose(&state);
  if (length >= 0) return length;
  return error == HOST_NOT_FOUND || error == NO_DATA ? -1 : -2;
}

// Requests all entries of a kind from the kernel (rtnetlink(7)); returns a socket with the answer, or -1.
static inline int tocsin_netlink_dump(unsigned short kind) {
  struct {
    struct nlmsghdr header;
    struct rtgenmsg body;
  } request;
  struct timeval patience = {.tv_sec = 2};
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return -1;
  memset(&request, 0, sizeof request);
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
  request.header.nlmsg_type = kind;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = 1;
  request.body.rtgen_family = AF_UNSPEC;
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0
      && send(descriptor, &request, request.header.nlmsg_len, 0) >= 0)
    return descriptor;
  close(descriptor);
  return -1;
}

// Makes an ethtool(8) request about a network device: `request` starts with the number of the request and
// receives the answer.
static inline int tocsin_ethtool(int descriptor, const char *device, void *request) {
  struct ifreq message;
  memset(&message, 0, sizeof message);
  if (strlen(device) >= sizeof message.ifr_ifrn.ifrn_name) return -1;
  strcpy(message.ifr_ifrn.ifrn_name, device);
  message.ifr_ifru.ifru_data = (char *)request;
  return ioctl(descriptor, 0x8946, &message);
}
