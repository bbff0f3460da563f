/*
 * Runs a program under ptrace(2) and lets chosen system calls of it fail: of its own process and of those that it starts
 * with the same executable (init); every other program that it starts is let go at its execve(2). The C compiler of bun:ffi
 * compiles this file, x86-64 only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 64, WORDS = 256, PATH = 256 };

/* Which calls are counted, five ints each. */
struct rule {
  int number;   /* of the system call on Linux */
  int group;    /* what it counts as */
  int argument; /* which argument is looked at */
  int kind;     /* of the argument: 0 nothing, 1 a path, 2 a descriptor */
  int room;     /* it counts only when the name in this argument (of open(2): with O_CREAT) is new; -1: always */
};

/* What fails, and how. */
struct plan {
  int group; /* -1: nothing, the calls are only counted */
  int nth;
  int error;
  int after;   /* the work is done all the same */
  int forever; /* every later one of the group, too */
  int limit;   /* seconds until the program is killed */
};

struct traced {
  pid_t pid;
  int pending; /* errno to put in at the end of the call that runs */
  int skip;    /* the call is not made */
};

static struct traced traced[PROCESSES];
static int used;

static struct traced *find(pid_t pid) {
  int i;
  for (i = 0; i < used; i++)
    if (traced[i].pid == pid) return &traced[i];
  if (used == PROCESSES) return NULL;
  memset(&traced[used], 0, sizeof traced[used]);
  traced[used].pid = pid;
  return &traced[used++];
}

static void forget(pid_t pid) {
  int i;
  for (i = 0; i < used; i++)
    if (traced[i].pid == pid) traced[i] = traced[--used];
}

/* The string at an address of the process, 0 when there is none. */
static int string_of(pid_t pid, unsigned long address, char *text) {
  struct iovec here = { text, PATH - 1 };
  struct iovec there = { (void *)address, PATH - 1 };
  long size;
  /* The string may end shortly before memory that is not there. */
  size = process_vm_readv(pid, &here, 1, &there, 1, 0);
  if (size <= 0) {
    there.iov_len = here.iov_len = 4096 - address % 4096 < PATH - 1 ? 4096 - address % 4096 : PATH - 1;
    size = process_vm_readv(pid, &here, 1, &there, 1, 0);
  }
  if (size <= 0) return 0;
  text[size] = 0;
  return 1;
}

/* A path of Linux's own files, which the program has only on the simulated host, does not count. */
static int counts_path(pid_t pid, unsigned long address) {
  char text[PATH];
  if (!string_of(pid, address, text)) return 0;
  return strncmp(text, "/proc/", 6) != 0 && strcmp(text, "/proc") != 0 && strncmp(text, "/sys/", 5) != 0;
}

/* Whether nothing has this name, which is relative to a descriptor of the process, or to its working directory. */
static int is_new(pid_t pid, int at, unsigned long address) {
  char text[PATH];
  char name[PATH + 64];
  struct stat facts;
  if (!string_of(pid, address, text)) return 0;
  if (text[0] == '/')
    snprintf(name, sizeof name, "/proc/%d/root%s", pid, text);
  else if (at == AT_FDCWD)
    snprintf(name, sizeof name, "/proc/%d/cwd/%s", pid, text);
  else
    snprintf(name, sizeof name, "/proc/%d/fd/%d/%s", pid, at, text);
  return lstat(name, &facts) != 0;
}

/* Files and directories count; sockets lead to the simulated kernel, and the first three are the caller's. */
static int counts_descriptor(pid_t pid, long fd) {
  char name[64];
  char target[PATH];
  struct stat facts;
  long size;
  if (fd < 3) return 0;
  snprintf(name, sizeof name, "/proc/%d/fd/%ld", pid, fd);
  size = readlink(name, target, sizeof target - 1);
  if (size < 0) return 0;
  target[size] = 0;
  if (strncmp(target, "/proc/", 6) == 0 || stat(name, &facts) != 0) return 0;
  return S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode);
}

/* open and openat. */
static int is_open(int number) { return number == 2 || number == 257; }

/* Calls that take a directory's descriptor in front of each name. */
static int is_at(int number) { return number >= 257 && number <= 269; }

static const struct rule *match(const struct rule *rules, int count, pid_t pid, const struct __ptrace_syscall_info *call) {
  int i;
  for (i = 0; i < count; i++) {
    const struct rule *rule = &rules[i];
    if ((unsigned long)rule->number != call->entry.nr) continue;
    if (rule->room >= 0) {
      /* An existing name is written over, and needs no room in its directory. */
      int at = rule->room > 0 && is_at(rule->number) ? (int)call->entry.args[rule->room - 1] : AT_FDCWD;
      if (is_open(rule->number) && (call->entry.args[rule->room + 1] & O_CREAT) == 0) continue;
      if (!is_new(pid, at, call->entry.args[rule->room])) continue;
    }
    if (rule->kind == 1 && !counts_path(pid, call->entry.args[rule->argument])) continue;
    if (rule->kind == 2 && !counts_descriptor(pid, (int)call->entry.args[rule->argument])) continue;
    return rule;
  }
  return NULL;
}

static int is_program(pid_t pid, const char *program) {
  char name[64];
  char target[PATH * 4];
  long size;
  snprintf(name, sizeof name, "/proc/%d/exe", pid);
  size = readlink(name, target, sizeof target - 1);
  if (size < 0) return 0;
  target[size] = 0;
  return strcmp(target, program) == 0;
}

/* Splits a block of strings that end with NUL. */
static void words(char *block, int count, char **list) {
  int i;
  for (i = 0; i < count && i < WORDS - 1; i++) {
    list[i] = block;
    block += strlen(block) + 1;
  }
  list[i] = NULL;
}

/* Ends the tracing of processes that go on when the program has ended. */
static void let_go(void) {
  while (used > 0) {
    pid_t pid = traced[0].pid;
    int status;
    /* One that has ended, or is about to, cannot be interrupted; nobody else is told of its end before this process is. */
    ptrace(PTRACE_INTERRUPT, pid, 0, 0);
    while (waitpid(pid, &status, __WALL) == pid && !WIFSTOPPED(status) && !WIFEXITED(status) && !WIFSIGNALED(status)) {
    }
    ptrace(PTRACE_DETACH, pid, 0, 0);
    forget(pid);
  }
}

/*
 * Gives the wait status of the program. `counted` gets how many calls of each group there were; its last place, whether the
 * fault has come.
 */
int run_traced(char *program, char *arguments, int argument_count, char *variables, int variable_count, int error_file,
               const struct rule *rules, int rule_count, const struct plan *plan, int *counted, int groups) {
  char *argv[WORDS];
  char *envp[WORDS];
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  int result = -1;
  int status;
  int go[2];
  pid_t watch;
  pid_t child;
  words(arguments, argument_count, argv);
  words(variables, variable_count, envp);
  used = 0;
  if (pipe(go) != 0) return -1;
  child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    dup2(error_file, 2);
    read(go[0], &status, 1);
    close_range(3, ~0U, 0);
    execve(program, argv, envp);
    _exit(127);
  }
  if (ptrace(PTRACE_SEIZE, child, 0, options) != 0) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return -1;
  }
  watch = fork();
  if (watch == 0) {
    close_range(0, ~0U, 0);
    sleep(plan->limit);
    kill(child, SIGKILL);
    _exit(0);
  }
  find(child);
  write(go[1], "", 1);
  close(go[0]);
  close(go[1]);
  while (result == -1) {
    struct traced *process;
    struct __ptrace_syscall_info call;
    struct user_regs_struct registers;
    int signal = 0;
    pid_t pid = waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) break;
    if (pid == watch) continue;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      forget(pid);
      if (pid == child) result = status;
      continue;
    }
    process = find(pid);
    if (WSTOPSIG(status) == (SIGTRAP | 0x80) && process != NULL) {
      ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof call, &call);
      if (call.op == PTRACE_SYSCALL_INFO_ENTRY) {
        const struct rule *rule = match(rules, rule_count, pid, &call);
        if (rule != NULL) {
          int number = ++counted[rule->group];
          if (rule->group == plan->group && (number == plan->nth || (plan->forever && number > plan->nth))) {
            counted[groups] = 1;
            process->pending = plan->error;
            if (!plan->after) {
              ptrace(PTRACE_GETREGS, pid, 0, &registers);
              registers.orig_rax = -1;
              ptrace(PTRACE_SETREGS, pid, 0, &registers);
            }
          }
        }
      } else if (process->pending != 0) {
        ptrace(PTRACE_GETREGS, pid, 0, &registers);
        registers.rax = -process->pending;
        ptrace(PTRACE_SETREGS, pid, 0, &registers);
        process->pending = 0;
      }
    } else if (status >> 16 == PTRACE_EVENT_EXEC) {
      if (!is_program(pid, program)) {
        ptrace(PTRACE_DETACH, pid, 0, 0);
        forget(pid);
        continue;
      }
    } else if (status >> 16 == PTRACE_EVENT_STOP) {
      /* A new process, or one that a signal has stopped. */
      if (WSTOPSIG(status) != SIGTRAP) {
        ptrace(PTRACE_LISTEN, pid, 0, 0);
        continue;
      }
    } else if (status >> 16 == 0) {
      signal = WSTOPSIG(status);
    }
    ptrace(PTRACE_SYSCALL, pid, 0, signal);
  }
  kill(watch, SIGKILL);
  waitpid(watch, &status, 0);
  let_go();
  return result;
}
