/*
 * Plays a signal through a compiled model while the allocator, locks and, if asked for, every
 * system call are forbidden: the program dies when `triode_process` uses one.
 *
 * Arguments: weights, input and output file (raw float32, one channel), frames of silence to settle
 * on, what to forbid ("allocator" or "system-calls"), and what to do wrong beside playing
 * ("nothing", "malloc", "free", "mmap", "lock" or "system-call").
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

size_t triode_state_bytes(void);
size_t triode_weight_bytes(void);
void triode_reset(void *state, const float *weights);
void triode_rest(const void *state, float *weights);
void triode_process(
    void *state, const float *weights, const float *in, float *out, size_t frames);

static const size_t block_sizes[] = {1, 7, 64, 129, 33, 300, 2, 1000};
static volatile int forbidden;

static void check(const char *what)
{
    if (!forbidden)
        return;
    forbidden = 0;
    const char text[] = " was called while playing\n";
    if (write(2, what, strlen(what)) < 0 || write(2, text, sizeof(text) - 1) < 0)
        _exit(6);
    abort();
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t size) { return check("malloc"), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return check("calloc"), __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return check("realloc"), __libc_realloc(old, size); }
void free(void *memory) { check("free"), __libc_free(memory); }
void *aligned_alloc(size_t alignment, size_t size)
{
    return check("aligned_alloc"), __libc_memalign(alignment, size);
}
void *memalign(size_t alignment, size_t size)
{
    return check("memalign"), __libc_memalign(alignment, size);
}
int posix_memalign(void **result, size_t alignment, size_t size)
{
    check("posix_memalign");
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : ENOMEM;
}
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    check("mmap");
    return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}
static int (*lock)(pthread_mutex_t *);
int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    check("pthread_mutex_lock");
    return lock ? lock(mutex) : 0;
}

/* From here on every system call but the one that ends the process kills it. */
static void forbid_system_calls(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = {sizeof(rules) / sizeof(*rules), rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(7); /* this system has no such filter */
}

static void *volatile sink;

static void do_wrong(const char *what)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    if (!strcmp(what, "malloc"))
        sink = malloc(16);
    if (!strcmp(what, "free"))
        free(sink);
    if (!strcmp(what, "mmap"))
        sink = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!strcmp(what, "lock"))
        pthread_mutex_lock(&mutex);
    if (!strcmp(what, "system-call"))
        (void)!write(1, "!", 1);
}

static float *mapped(const char *path, size_t *bytes, int writable)
{
    const int file = open(path, writable ? O_RDWR | O_CREAT : O_RDONLY, 0600);
    struct stat facts;
    if (file < 0 || (writable && ftruncate(file, (off_t)*bytes)) || fstat(file, &facts))
        _exit(3);
    *bytes = (size_t)facts.st_size;
    const int protection = PROT_READ | (writable ? PROT_WRITE : 0);
    float *const memory = mmap(NULL, *bytes, protection, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        _exit(3);
    return memory;
}

static void play(void *state, const float *weights, const float *in, float *out, size_t frames)
{
    size_t number = 0;
    for (size_t start = 0; start < frames;) {
        const size_t size = block_sizes[number++ % (sizeof(block_sizes) / sizeof(*block_sizes))];
        const size_t now = size < frames - start ? size : frames - start;
        triode_process(state, weights, in + start, out + start, now);
        start += now;
    }
}

int main(int count, char **arguments)
{
    if (count != 7)
        return 4;
    *(void **)&lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
    size_t weight_bytes = 0, bytes = 0;
    const float *const packed = mapped(arguments[1], &weight_bytes, 0);
    const float *const in = mapped(arguments[2], &bytes, 0);
    float *const out = mapped(arguments[3], &bytes, 1);
    const size_t settle = strtoull(arguments[4], NULL, 10);
    void *state = NULL, *weights = NULL;
    if (weight_bytes != triode_weight_bytes() || posix_memalign(&state, 64, triode_state_bytes())
        || posix_memalign(&weights, 64, weight_bytes))
        return 5;
    memcpy(weights, packed, weight_bytes);
    float *const silence = calloc(settle + 1, sizeof(float));
    triode_reset(state, weights);
    play(state, weights, silence, silence, settle);
    triode_rest(state, weights);

    if (!strcmp(arguments[5], "system-calls"))
        forbid_system_calls();
    else
        forbidden = 1;
    triode_reset(state, weights);
    play(state, weights, in, out, bytes / sizeof(float));
    do_wrong(arguments[6]);
    forbidden = 0;
    _exit(0);
}
