/* Preloaded into the command: makes one request for memory fail, as under a limit of the system.
 *
 * It counts the requests of at least as many bytes as MEMORY_SHIM's first part says. The request
 * whose number is the second part fails (0: none). The count at the end goes to the file of the third
 * part. The C library's own requests are not counted. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long requests;
static size_t least = (size_t)-1;
static long fail_at;
static char count_file[4096];

__attribute__((constructor)) static void read_settings(void) {
    const char *text = getenv("MEMORY_SHIM");
    size_t bytes;
    if (text && sscanf(text, "%zu:%ld:%4095s", &bytes, &fail_at, count_file) == 3) least = bytes;
}

__attribute__((destructor)) static void write_count(void) {
    long count = atomic_load(&requests);
    least = (size_t)-1;
    FILE *file = *count_file ? fopen(count_file, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld", count);
    fclose(file);
}

static int fails(size_t size) {
    if (size < least) return 0;
    return atomic_fetch_add(&requests, 1) + 1 == fail_at;
}

void *malloc(size_t size) {
    if (!fails(size)) return __libc_malloc(size);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t count, size_t size) {
    if (!fails(count * size)) return __libc_calloc(count, size);
    errno = ENOMEM;
    return NULL;
}

void *realloc(void *old, size_t size) {
    if (!fails(size)) return __libc_realloc(old, size);
    errno = ENOMEM;
    return NULL;
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    void *memory = fails(size) ? NULL : __libc_memalign(alignment, size);
    if (!memory) return ENOMEM;
    *place = memory;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
    return fails(size) ? NULL : __libc_memalign(alignment, size);
}
