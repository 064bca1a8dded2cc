/*
 * Stands between a process and the C library's storage calls (LD_PRELOAD): records them in one total order, and makes them fail or
 * take long when told to.
 *
 * GATEHOUSE_IO_DIR      only files below this folder are touched; required, absolute
 * GATEHOUSE_IO_LOG      append records here; a file outside of that folder (struct record)
 * GATEHOUSE_IO_MARKS    writes to this path become marks in the log, in order with everything else, and go nowhere
 * GATEHOUSE_IO_CONTROL  file of eight 64-bit little-endian numbers that is looked at with every call, so that a test may change its mind
 *                       while the process runs (struct control)
 * GATEHOUSE_IO_FSYNC_DELAY_MS  delay of every fsync and fdatasync where there is no control file
 * GATEHOUSE_IO_QUOTA    the folder is a disk of so many bytes: what would take more finds it full, and statfs says how much is left
 *
 * SQLite's shared-memory file (-shm) holds nothing that survives a crash: it is never recorded, but it may fail.
 * Copies made within the kernel (copyFileSync) are not seen: a file made that way must be of no use after a crash.
 * Build: gcc -shared -fPIC -O2 -o io-shim.so io-shim.c -ldl -lpthread
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "io-shim.h"

enum { NOT_OURS = 0, A_FILE, A_DIR, A_SHM, MARKS };
#define MAX_FDS 65536
static unsigned char kinds[MAX_FDS];

static char dir[4096], marks_path[4096];
static size_t dir_length;
static int64_t quota;
static int log_fd = -1;
static struct control own_control;
static struct control *control = &own_control;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((typeof(&name))real(#name))

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static int raw_open(const char *path, int flags, int mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

__attribute__((constructor)) static void set_up(void)
{
	const char *root = getenv("GATEHOUSE_IO_DIR"), *log = getenv("GATEHOUSE_IO_LOG");
	const char *marks = getenv("GATEHOUSE_IO_MARKS"), *file = getenv("GATEHOUSE_IO_CONTROL");
	const char *delay = getenv("GATEHOUSE_IO_FSYNC_DELAY_MS"), *bytes = getenv("GATEHOUSE_IO_QUOTA");
	if (root != NULL) dir_length = (size_t)snprintf(dir, sizeof dir, "%s", root);
	if (marks != NULL) snprintf(marks_path, sizeof marks_path, "%s", marks);
	if (log != NULL) log_fd = raw_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (bytes != NULL) quota = atoll(bytes);
	if (delay != NULL) own_control.fsync_delay_ms = atoll(delay);
	if (file == NULL) return;
	int fd = raw_open(file, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0) return;
	void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED) control = map;
	syscall(SYS_close, fd);
}

static int below_dir(const char *path)
{
	return dir_length > 0 && strncmp(path, dir, dir_length) == 0 && (path[dir_length] == '/' || path[dir_length] == 0);
}

static int is_shm(const char *path)
{
	size_t length = strlen(path);
	return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

/* libuv closes past us: the number of a file of ours may be a socket's by now, which no open() gave it. */
static unsigned char kind_of(int fd)
{
	struct stat now;
	if (fd < 0 || fd >= MAX_FDS || kinds[fd] == NOT_OURS) return NOT_OURS;
	return fstat(fd, &now) == 0 && !S_ISSOCK(now.st_mode) ? kinds[fd] : NOT_OURS;
}

static int marked(int fd, unsigned char kind)
{
	if (fd >= 0 && fd < MAX_FDS) kinds[fd] = kind;
	return fd;
}

static int64_t inode_of(int fd)
{
	struct stat found;
	return fstat(fd, &found) == 0 ? (int64_t)found.st_ino : -1;
}

/* Call with the lock held. A negative result is an errno, as in the record. */
static void record(int kind, int result, int64_t file, int64_t offset, const void *data, int64_t length)
{
	if (log_fd < 0) return;
	struct record head = { kind, result, file, offset, length };
	struct iovec parts[2] = { { &head, sizeof head }, { (void *)data, (size_t)length } };
	if (syscall(SYS_writev, log_fd, parts, 2) != (long)sizeof head + length) abort();
}

/* What is to go wrong with this call: 0 nothing, else an errno or SHORT_WRITE. */
static int fault(int operation)
{
	if ((control->operations & operation) == 0) return 0;
	int64_t call = __atomic_add_fetch(&control->calls, 1, __ATOMIC_SEQ_CST);
	if (control->fail_at == 0 || call < control->fail_at) return 0;
	int64_t nth = call - control->fail_at;
	int64_t last = control->error == SHORT_WRITE ? 2 : control->fail_count;
	if (last != 0 && nth >= last) return 0;
	__atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
	if (control->error != SHORT_WRITE) return (int)control->error;
	return nth == 0 && operation == OP_WRITE ? SHORT_WRITE : ENOSPC;
}

static int failing(int error)
{
	errno = error;
	return -1;
}

static int64_t summed;

static int add_size(const char *path, const struct stat *found, int type, struct FTW *where)
{
	(void)path, (void)where;
	if (type == FTW_F) summed += found->st_size;
	return 0;
}

/* Call with the lock held. */
static int64_t bytes_left(void)
{
	summed = 0;
	nftw(dir, add_size, 16, FTW_PHYS);
	return quota > summed ? quota - summed : 0;
}

/* Whether a file may grow to this end. Call with the lock held. */
static int has_room(int fd, int64_t end)
{
	struct stat now;
	if (quota == 0 || fstat(fd, &now) != 0 || end <= now.st_size) return 1;
	return end - now.st_size <= bytes_left();
}

int statfs64(const char *path, struct statfs64 *found)
{
	int result = (int)syscall(SYS_statfs, path, found);
	if (result != 0 || quota == 0 || !below_dir(path)) return result;
	pthread_mutex_lock(&lock);
	found->f_bavail = found->f_bfree = (uint64_t)(bytes_left() / found->f_bsize);
	pthread_mutex_unlock(&lock);
	return 0;
}

int statfs(const char *path, struct statfs *found)
{
	return statfs64(path, (struct statfs64 *)found);
}

static int opened(const char *path, int flags, mode_t mode, int at)
{
	if (strcmp(path, marks_path) == 0) return marked(raw_open("/dev/null", O_WRONLY | O_CLOEXEC, 0), MARKS);
	if (!below_dir(path)) return marked((int)syscall(SYS_openat, at, path, flags, mode), NOT_OURS);
	pthread_mutex_lock(&lock);
	struct stat before;
	int is_new = (flags & O_CREAT) != 0 && stat(path, &before) != 0;
	int wrong = fault(is_new ? OP_CREATE : OP_OPEN);
	int fd = wrong ? failing(wrong == SHORT_WRITE ? ENOSPC : wrong) : (int)syscall(SYS_openat, at, path, flags, mode);
	if (fd >= 0 && fd < MAX_FDS) {
		struct stat now;
		fstat(fd, &now);
		kinds[fd] = S_ISDIR(now.st_mode) ? A_DIR : is_shm(path) ? A_SHM : A_FILE;
		if (kinds[fd] == A_FILE && is_new) record(CREATE, 0, (int64_t)now.st_ino, 0, path, (int64_t)strlen(path));
		if (kinds[fd] == A_FILE && !is_new && (flags & O_TRUNC)) record(TRUNCATE, 0, (int64_t)now.st_ino, 0, "", 0);
	}
	pthread_mutex_unlock(&lock);
	return fd;
}

#define OPEN(name, ...)                                         \
	{                                                       \
		mode_t mode = 0;                                \
		if (flags & (O_CREAT | O_TMPFILE)) {            \
			va_list rest;                           \
			va_start(rest, flags);                  \
			mode = va_arg(rest, mode_t);            \
			va_end(rest);                           \
		}                                               \
		return opened(path, flags, mode, __VA_ARGS__);  \
	}

int open(const char *path, int flags, ...) OPEN(open, AT_FDCWD)
int open64(const char *path, int flags, ...) OPEN(open64, AT_FDCWD)
int openat(int at, const char *path, int flags, ...) OPEN(openat, at)
int openat64(int at, const char *path, int flags, ...) OPEN(openat64, at)

int close(int fd)
{
	return (int)syscall(SYS_close, marked(fd, NOT_OURS));
}

/* `offset` -1 stands for the file's own position. */
static ssize_t written(int fd, const void *data, size_t length, off64_t offset)
{
	unsigned char kind = kind_of(fd);
	if (kind == MARKS) {
		pthread_mutex_lock(&lock);
		record(MARK, 0, 0, 0, data, (int64_t)length);
		pthread_mutex_unlock(&lock);
		return (ssize_t)length;
	}
	if (kind == NOT_OURS || kind == A_DIR)
		return offset < 0 ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
	pthread_mutex_lock(&lock);
	int wrong = fault(OP_WRITE);
	if (wrong == SHORT_WRITE && length > 1) length /= 2;
	else if (wrong != 0) {
		pthread_mutex_unlock(&lock);
		return failing(wrong == SHORT_WRITE ? ENOSPC : wrong);
	}
	off64_t at = offset;
	if (offset < 0) {
		struct stat now;
		int append = fcntl(fd, F_GETFL) & O_APPEND;
		at = append && fstat(fd, &now) == 0 ? now.st_size : lseek64(fd, 0, SEEK_CUR);
	}
	if (!has_room(fd, at + (int64_t)length)) {
		pthread_mutex_unlock(&lock);
		return failing(ENOSPC);
	}
	ssize_t done = offset < 0 ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
	int error = errno;
	if (done > 0 && kind == A_FILE) record(WRITE, 0, inode_of(fd), at, data, done);
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

static int read_fault(int fd)
{
	unsigned char kind = kind_of(fd);
	if (kind != A_FILE && kind != A_SHM) return 0;
	pthread_mutex_lock(&lock);
	int wrong = fault(OP_READ);
	pthread_mutex_unlock(&lock);
	return wrong == SHORT_WRITE ? EIO : wrong;
}

ssize_t read(int fd, void *data, size_t length)
{
	int wrong = read_fault(fd);
	return wrong ? failing(wrong) : syscall(SYS_read, fd, data, length);
}

ssize_t pread64(int fd, void *data, size_t length, off64_t offset)
{
	int wrong = read_fault(fd);
	return wrong ? failing(wrong) : syscall(SYS_pread64, fd, data, length, offset);
}

ssize_t pread(int fd, void *data, size_t length, off_t offset) { return pread64(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) { return written(fd, data, length, -1); }

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return written(fd, data, length, offset); }

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return written(fd, data, length, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	if (kind_of(fd) == NOT_OURS || count < 1) return syscall(SYS_writev, fd, parts, count);
	return written(fd, parts[0].iov_base, parts[0].iov_len, -1);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	if (kind_of(fd) == NOT_OURS || count < 1) return REAL(pwritev)(fd, parts, count, offset);
	return written(fd, parts[0].iov_base, parts[0].iov_len, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return pwritev(fd, parts, count, offset); }

int ftruncate64(int fd, off64_t size)
{
	unsigned char kind = kind_of(fd);
	if (kind != A_FILE && kind != A_SHM) return (int)syscall(SYS_ftruncate, fd, size);
	pthread_mutex_lock(&lock);
	int wrong = fault(OP_TRUNCATE);
	int result = wrong ? failing(wrong == SHORT_WRITE ? ENOSPC : wrong) : (int)syscall(SYS_ftruncate, fd, size);
	if (result == 0 && kind == A_FILE) record(TRUNCATE, 0, inode_of(fd), size, "", 0);
	pthread_mutex_unlock(&lock);
	return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static ssize_t path_of(int fd, char *path, size_t size)
{
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	return readlink(link, path, size);
}

static int synced(int fd, long call)
{
	unsigned char kind = kind_of(fd);
	if (kind == NOT_OURS || kind == MARKS) return (int)syscall(call, fd);
	int64_t delay = control->fsync_delay_ms;
	struct timespec pause = { delay / 1000, (delay % 1000) * 1000000 };
	if (delay > 0) nanosleep(&pause, NULL);
	pthread_mutex_lock(&lock);
	int wrong = fault(OP_SYNC);
	/* A file without a file system's journal behind it needs no real flush: the log alone says what is durable. */
	int result = wrong ? failing(wrong == SHORT_WRITE ? ENOSPC : wrong) : log_fd >= 0 ? 0 : (int)syscall(call, fd);
	int error = errno;
	char path[4096];
	ssize_t length = kind == A_DIR ? path_of(fd, path, sizeof path) : 0;
	if (kind != A_SHM) record(kind == A_DIR ? SYNC_DIR : SYNC, result == 0 ? 0 : -error, inode_of(fd), 0, path, length);
	pthread_mutex_unlock(&lock);
	errno = error;
	return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int rename(const char *from, const char *to)
{
	if (!below_dir(from)) return REAL(rename)(from, to);
	pthread_mutex_lock(&lock);
	int wrong = fault(OP_NAME);
	int result = wrong ? failing(wrong == SHORT_WRITE ? ENOSPC : wrong) : REAL(rename)(from, to);
	if (result == 0 && !is_shm(from)) {
		char both[8192];
		int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
		record(RENAME, 0, 0, 0, both, length);
	}
	pthread_mutex_unlock(&lock);
	return result;
}

int mkdir(const char *path, mode_t mode)
{
	if (!below_dir(path)) return REAL(mkdir)(path, mode);
	pthread_mutex_lock(&lock);
	struct stat before;
	int wrong = stat(path, &before) == 0 ? 0 : fault(OP_NAME);
	int result = wrong ? failing(wrong == SHORT_WRITE ? ENOSPC : wrong) : REAL(mkdir)(path, mode);
	int error = errno;
	if (result == 0) record(MKDIR, 0, 0, 0, path, (int64_t)strlen(path));
	pthread_mutex_unlock(&lock);
	errno = error;
	return result;
}

static int removed(const char *path, int (*call)(const char *))
{
	if (!below_dir(path)) return call(path);
	pthread_mutex_lock(&lock);
	struct stat before;
	int there = lstat(path, &before) == 0;
	int wrong = there ? fault(OP_NAME) : 0;
	int result = wrong ? failing(wrong == SHORT_WRITE ? ENOSPC : wrong) : call(path);
	int error = errno;
	if (result == 0 && S_ISREG(before.st_mode) && !is_shm(path)) record(UNLINK, 0, 0, 0, path, (int64_t)strlen(path));
	pthread_mutex_unlock(&lock);
	errno = error;
	return result;
}

int unlink(const char *path) { return removed(path, REAL(unlink)); }
int remove(const char *path) { return removed(path, REAL(remove)); }

/* A process that ends itself does so between two calls, never between a call and its record. */
int kill(pid_t process, int signal)
{
	if (process == getpid() && signal == SIGKILL) pthread_mutex_lock(&lock);
	return (int)syscall(SYS_kill, process, signal);
}
