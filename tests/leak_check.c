/* Linked to every program of a sanitized build: Open MPI's plugins stay loaded until the end, so that what they leak can be told by their names (asan.supp). */
__attribute__((visibility("default"))) int dlclose(void *handle);

int dlclose(void *handle) {
  (void)handle;
  return 0;
}
