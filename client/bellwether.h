/* The client library for C, and for every language that can call C. See docs/client.md.
 *
 * Handles belong to one thread at a time and start no thread that calls back; a bw_guard belongs to all threads.
 * Nothing throws: functions that may fail say so in words. Handles must not be NULL. Where no descriptor is left when
 * one is opened, ZeroMQ may abort the process. A child made by fork() must touch no handle.
 * Each `timeout_ms` is a time from 0 on; a negative one is 0: a handle must be attended to, so no wait is endless. */
#ifndef BELLWETHER_H
#define BELLWETHER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BW_EXPORT __attribute__((visibility("default")))

/* Watching: who leads. */

typedef struct bw_watch bw_watch;

typedef struct {
    const char* leader; /* "" if nobody is known to lead. Texts are good until the next call with this handle. */
    const char* reason;
    uint64_t token; /* 0 if there is none. */
    int is_leader;  /* This host leads. */
} bw_leader;

/* `run_dir` is a node's own directory. `election` NULL: "default". On failure NULL, and a sentence in `error` if that
 * is not NULL. */
BW_EXPORT bw_watch* bw_watch_open(const char* run_dir, const char* election, char* error, size_t error_size);
BW_EXPORT void bw_watch_close(bw_watch* watch);

/* 1: something is new, and in `leader`; what is only said again is not. 0: nothing within the time, or a signal ended
 * the wait. -1: it broke. */
BW_EXPORT int bw_watch_next(bw_watch* watch, int timeout_ms, bw_leader* leader);

/* Readable when bw_watch_next() should be called. Edges: call it with 0 until it says 0, then wait; 1 s at most, as
 * silence is news, too. */
BW_EXPORT int bw_watch_fd(const bw_watch* watch);

/* Standing for leadership. */

typedef struct bw_session bw_session;

typedef enum {
    BW_NOTHING = 0,
    BW_JOINED,   /* It stands. */
    BW_GRANTED,  /* Begin: `token`, until `time_ns`. */
    BW_EXTENDED, /* Go on, until `time_ns`. */
    BW_REVOKE,   /* Stop by `time_ns`, then call bw_session_revoked(); `text` is the reason. */
    BW_LOST,     /* Stop at once; `token` is void. */
    BW_HELD,     /* The process `token` (its pid) is watched. */
    BW_REFUSED,  /* The end of this session; `text` says why. */
    BW_WAITING,  /* It does not stand at present; `text` says why. It tries again by itself. */
    BW_LEADER,   /* `text` leads, with `token`. */
    BW_BROKEN    /* There is no memory or no descriptor left; `text` says more. */
} bw_event_kind;

typedef struct {
    bw_event_kind kind;
    uint64_t token;
    uint64_t time_ns; /* CLOCK_BOOTTIME */
    const char* text; /* Never NULL; good until the next call with this handle. */
} bw_event;

BW_EXPORT bw_session* bw_session_open(const char* run_dir, const char* election, char* error, size_t error_size);
BW_EXPORT void bw_session_close(bw_session* session); /* Resigns. */

/* BW_NOTHING: nothing within the time. Call it at least each second, or wait for the descriptor, which tells of time as
 * well: call with 0 until BW_NOTHING, then wait. */
BW_EXPORT bw_event bw_session_next(bw_session* session, int timeout_ms);
BW_EXPORT int bw_session_fd(const bw_session* session);

BW_EXPORT void bw_session_revoked(bw_session* session);
BW_EXPORT void bw_session_resign(bw_session* session);

/* Names a child that works for this process; 0 if it does not stand at present. */
BW_EXPORT int bw_session_hold(bw_session* session, uint32_t pid);

/* Acting. Any thread; good until it is closed, also after its session. */

typedef struct bw_guard bw_guard;

BW_EXPORT bw_guard* bw_session_guard(const bw_session* session); /* NULL if there is no memory. */
BW_EXPORT void bw_guard_close(bw_guard* guard);
BW_EXPORT int bw_guard_may_act(const bw_guard* guard);
BW_EXPORT uint64_t bw_guard_token(const bw_guard* guard); /* 0: may not act. */

#ifdef __cplusplus
}
#endif

#endif
