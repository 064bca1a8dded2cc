/* What the shim and the tests agree on: the control file and the log, as io-shim.ts and io-log.ts read and write them. */
#ifndef IO_SHIM_H
#define IO_SHIM_H

#include <stdint.h>

/* Operations, as bits in control.operations. */
enum { OP_WRITE = 1, OP_SYNC = 2, OP_TRUNCATE = 4, OP_CREATE = 8, OP_NAME = 16, OP_READ = 32, OP_OPEN = 64 };

struct control {
	int64_t fsync_delay_ms;
	int64_t fail_at;    /* which of the calls below fails first; 0 for none, 1 for the next */
	int64_t fail_count; /* how many fail in a row; 0 for all from there on */
	int64_t error;      /* errno; SHORT_WRITE writes half, and the next call finds the disk full */
	int64_t operations; /* which operations count as calls */
	int64_t calls;      /* counted here */
	int64_t failed;     /* counted here */
	int64_t reserved;
};
#define SHORT_WRITE (-1)

/* What a log is made of; the payload follows: data, or for CREATE, SYNC_DIR, UNLINK and MKDIR a path, for RENAME both paths with a zero
 * byte between. */
struct record {
	int32_t kind;
	int32_t result; /* 0, or -errno */
	int64_t file;   /* inode */
	int64_t offset; /* of a write, new size of a truncate */
	int64_t length; /* of the payload */
};
enum { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_DIR, RENAME, UNLINK, MARK, MKDIR };

#endif
