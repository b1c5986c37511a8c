#define _GNU_SOURCE /* nftw */
#include "cli/gmt.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ARGUMENTS = 64 };

/* Full path of a program of PATH. */
static bool find_program(const char *name, char *path) {
  const char *list = getenv("PATH");
  while (list && *list) {
    const int length = (int)strcspn(list, ":");
    const int written = snprintf(path, CLI_PATH, "%.*s/%s", length, list, name);
    if (length > 0 && written < CLI_PATH && access(path, X_OK) == 0) return true;
    list += length + (list[length] == ':');
  }
  return false;
}

/* Waits for a program whose output goes to files; -1 where it could not be started or was killed. */
static int spawn_and_wait(char *const *arguments, char *const *environment, const char *out, const char *err) {
  posix_spawn_file_actions_t files;
  pid_t child = 0;
  int status = 0;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int failed = posix_spawn(&child, arguments[0], &files, NULL, arguments, environment);
  posix_spawn_file_actions_destroy(&files);
  if (failed) return -1;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The caller's environment with some variables replaced. The entries are not copied. */
static char **merge_environment(const cli_gmt *gmt) {
  size_t n = 0, kept = 0;
  while (environ[n]) n++;
  char **merged = cli_allocate(n + 4, sizeof *merged);
  for (size_t i = 0; i < n; i++) {
    bool replaced = false;
    for (int k = 0; k < 3; k++) {
      const size_t length = strcspn(gmt->environment[k], "=") + 1;
      replaced = replaced || strncmp(environ[i], gmt->environment[k], length) == 0;
    }
    if (!replaced) merged[kept++] = environ[i];
  }
  for (int k = 0; k < 3; k++) merged[kept++] = gmt->environment[k];
  return merged;
}

static char *setting(const char *name, const char *value) {
  char *text = cli_allocate(strlen(name) + strlen(value) + 2, 1);
  sprintf(text, "%s=%s", name, value);
  return text;
}

int cli_gmt_open(cli *c, cli_gmt *gmt) {
  *gmt = (cli_gmt){0};
  CLI_TRY(cli_gmt_find(c, gmt->program));
  const char *place = getenv("TMPDIR");
  if (!place || place[0] != '/' || strpbrk(place, " \t") || strlen(place) > 150) place = "/tmp";
  snprintf(gmt->folder, sizeof gmt->folder, "%s/hearth-plot-XXXXXX", place);
  if (!mkdtemp(gmt->folder)) {
    gmt->folder[0] = '\0';
    return cli_fail(c, CLI_FAILED, "no temporary folder for pictures in %s: %s; set TMPDIR to a folder that can be written", place, strerror(errno));
  }
  gmt->environment[0] = setting("GMT_SESSION_NAME", "hearth");
  gmt->environment[1] = setting("GMT_USERDIR", gmt->folder);
  gmt->environment[2] = setting("LC_ALL", "C");
  return CLI_DONE;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *position) {
  (void)status, (void)kind, (void)position;
  return remove(path);
}

void cli_gmt_close(cli_gmt *gmt) {
  if (gmt->folder[0]) nftw(gmt->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  for (int k = 0; k < 3; k++) free(gmt->environment[k]);
  *gmt = (cli_gmt){0};
}

/* The first lines of what a module complained about, as one. */
static void read_complaint(const char *path, char *text, size_t capacity) {
  FILE *file = fopen(path, "r");
  const size_t n = file ? fread(text, 1, capacity - 1, file) : 0;
  text[n] = '\0';
  if (file) fclose(file);
  for (char *p = text; *p; p++)
    if (*p == '\n' || *p == '\r') *p = ' ';
}

static int run_line(const cli_gmt *gmt, char *line, char *module, char *err) {
  char out[CLI_PATH];
  char *arguments[ARGUMENTS + 2] = {(char *)gmt->program}, *rest = line;
  int n = 1;
  for (char *word = strsep(&rest, " "); word && n <= ARGUMENTS; word = strsep(&rest, " "))
    if (*word) arguments[n++] = word;
  snprintf(out, sizeof out, "%s/out", gmt->folder);
  snprintf(err, CLI_PATH, "%s/err", gmt->folder);
  snprintf(module, CLI_NAME, "%s", arguments[1]);
  char **environment = merge_environment(gmt);
  const int code = spawn_and_wait(arguments, environment, out, err);
  free(environment);
  return code;
}

int cli_gmt_run(cli *c, const cli_gmt *gmt, const char *format, ...) {
  char line[4 * CLI_PATH], err[CLI_PATH], module[CLI_NAME], complaint[512];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof line, format, values);
  va_end(values);
  const int code = run_line(gmt, line, module, err);
  if (code == 0) return CLI_DONE;
  read_complaint(err, complaint, sizeof complaint);
  return cli_fail(c, CLI_FAILED, "no picture: gmt %s failed (%d): %s", module, code, complaint);
}

bool cli_gmt_try(const cli_gmt *gmt, const char *format, ...) {
  char line[4 * CLI_PATH], err[CLI_PATH], module[CLI_NAME];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof line, format, values);
  va_end(values);
  return run_line(gmt, line, module, err) == 0;
}

int cli_gmt_find(cli *c, char *program) {
  char other[CLI_PATH], version[64] = "";
  static const char help[] = "install it (Debian: apt-get install gmt gmt-gshhg-low ghostscript) or leave --plot out";
  if (!find_program("gmt", program)) return cli_fail(c, CLI_WRONG, "pictures need the program gmt (GMT 6), which is not in PATH: %s", help);
  if (!find_program("gs", other)) return cli_fail(c, CLI_WRONG, "pictures need the program gs (ghostscript), which is not in PATH: %s", help);
  char folder[] = "/tmp/hearth-gmt-XXXXXX";
  const int file = mkstemp(folder);
  if (file < 0) return cli_fail(c, CLI_FAILED, "no temporary file in /tmp: %s", strerror(errno));
  char *const arguments[] = {program, "--version", NULL};
  const int code = spawn_and_wait(arguments, environ, folder, "/dev/null");
  const ssize_t n = read(file, version, sizeof version - 1);
  close(file);
  unlink(folder);
  if (code != 0 || n <= 0) return cli_fail(c, CLI_WRONG, "pictures need GMT 6, but %s --version fails: %s", program, help);
  if (atoi(version) >= 6) return CLI_DONE;
  version[strcspn(version, "\n")] = '\0';
  return cli_fail(c, CLI_WRONG, "pictures need GMT 6, %s is version %s: %s", program, version, help);
}

FILE *cli_gmt_file(cli *c, const cli_gmt *gmt, const char *name, const char *mode) {
  char path[CLI_PATH];
  snprintf(path, sizeof path, "%s/%s", gmt->folder, name);
  FILE *file = fopen(path, mode);
  if (!file) cli_fail(c, CLI_FAILED, "%s: cannot be written: %s", path, strerror(errno));
  return file;
}

int cli_gmt_file_close(cli *c, FILE *file) {
  if (!file) return CLI_FAILED;
  const bool bad = ferror(file) != 0;
  const bool closed = fclose(file) == 0;
  return bad || !closed ? cli_fail(c, CLI_FAILED, "temporary files of a picture: no room on the disk") : CLI_DONE;
}
