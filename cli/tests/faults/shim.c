/* Preloaded into the command: makes one call of the file system fail, as a full disk would.
 *
 * It counts the calls that change files (not those on standard output and error). The call whose
 * number is FAULT_SHIM's first part fails with ENOSPC, and so do all after it, if the second part
 * is "on"; with "once" the later ones succeed. The count at the end goes to the file of the third
 * part. A call that is reached from within the C library itself is not counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;
static long fail_at = -1;
static int lasting;
static char count_file[4096];

__attribute__((constructor)) static void read_settings(void) {
    const char *text = getenv("FAULT_SHIM");
    char mode[8] = "";
    if (text && sscanf(text, "%ld:%7[a-z]:%4095s", &fail_at, mode, count_file) == 3) lasting = !strcmp(mode, "on");
}

__attribute__((destructor)) static void write_count(void) {
    static FILE *(*open_file)(const char *, const char *);
    if (!*count_file) return;
    open_file = dlsym(RTLD_NEXT, "fopen");
    FILE *file = open_file(count_file, "w");
    if (!file) return;
    fprintf(file, "%ld", atomic_load(&calls));
    fclose(file);
}

static int fails(void) {
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (fail_at <= 0 || (lasting ? call < fail_at : call != fail_at)) return 0;
    errno = ENOSPC;
    return 1;
}

/* Sockets, pipes and terminals are left alone. */
static int is_file(int fd) {
    struct stat about;
    return fd > 2 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count) {
    if (is_file(fd) && fails()) return -1;
    return NEXT(write)(fd, bytes, count);
}

int fsync(int fd) {
    if (is_file(fd) && fails()) return -1;
    return NEXT(fsync)(fd);
}

int ftruncate64(int fd, off64_t length) {
    if (is_file(fd) && fails()) return -1;
    return NEXT(ftruncate64)(fd, length);
}

int rename(const char *from, const char *to) {
    if (fails()) return -1;
    return NEXT(rename)(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    if (fails()) return -1;
    return NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    if (fails()) return -1;
    return NEXT(linkat)(from_folder, from, to_folder, to, flags);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (flags & O_CREAT && fails()) return -1;
    return NEXT(open64)(path, flags, mode);
}

int mkdir(const char *path, mode_t mode) {
    if (fails()) return -1;
    return NEXT(mkdir)(path, mode);
}
