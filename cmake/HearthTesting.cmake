# hearth_mpi_test(NAME n TARGET t RANKS 1 2 3 4 [ARGS ...] [TIMEOUT s] [LABELS ...]): one ctest per number of ranks, under mpirun.
# One at a time of each program: they write files of fixed names. One at a time of programs without mpirun (open_mpi_singleton): Open MPI gives all of them
# the same folder, which the first to end removes.
# hearth_test_environment: what every test that runs an MPI program needs (Open MPI as root and on fewer cores than ranks; one thread per rank).
set(HEARTH_TEST_RANKS 1 2 3 4 CACHE STRING "Numbers of ranks that the tests run on")
set(hearth_test_environment
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
  OMPI_MCA_btl_vader_single_copy_mechanism=none OMP_NUM_THREADS=1
  "ASAN_OPTIONS=detect_leaks=1:handle_segv=2:handle_sigbus=2:handle_abort=0" UBSAN_OPTIONS=print_stacktrace=1
  "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/asan.supp:print_suppressions=0")
if(HEARTH_SANITIZE) # kernels of OpenBLAS 0.3.21 for newer processors read past the end of complex vectors (its issue 4013)
  list(APPEND hearth_test_environment OPENBLAS_CORETYPE=Nehalem)
endif()

function(hearth_mpi_test)
  cmake_parse_arguments(T "" "NAME;TARGET;TIMEOUT" "RANKS;ARGS;LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  if(NOT T_RANKS)
    set(T_RANKS ${HEARTH_TEST_RANKS})
  endif()
  foreach(ranks ${T_RANKS})
    if(NOT ranks IN_LIST HEARTH_TEST_RANKS)
      continue()
    endif()
    add_test(NAME ${T_NAME}.${ranks}
             COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS} $<TARGET_FILE:${T_TARGET}> ${T_ARGS})
    set_tests_properties(${T_NAME}.${ranks} PROPERTIES ENVIRONMENT "${hearth_test_environment}" TIMEOUT ${T_TIMEOUT} PROCESSORS ${ranks} RESOURCE_LOCK ${T_TARGET} LABELS "mpi;${T_LABELS}")
  endforeach()
endfunction()
