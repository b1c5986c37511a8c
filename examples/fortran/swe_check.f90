!> Runs the model and prints one line, checksum=<hex> mass_drift=<value>.
!> Fails if the volume drifts by more than 1e-12 of itself, or the state is no
!> longer finite. Takes the arguments of in_situ.
program swe_check
  use mpi_f08
  use, intrinsic :: ieee_arithmetic, only: ieee_is_finite
  use, intrinsic :: iso_fortran_env, only: output_unit, error_unit
  use swe_kinds, only: wp, i8
  use swe_config, only: config, config_from_command_line
  use swe_model, only: model, model_create, model_step, model_destroy
  use swe_diagnostics, only: exact_sum, volume, relative_change, checksum, &
    extremes
  implicit none

  real(wp), parameter :: tolerance = 1.0e-12_wp
  type(config) :: cfg
  type(model) :: m
  type(exact_sum) :: at_start
  real(wp) :: drift, h_min, h_max, speed
  integer(i8) :: bits
  logical :: good
  integer :: rank

  call MPI_Init()
  cfg = config_from_command_line()
  call model_create(m, cfg, MPI_COMM_WORLD)
  at_start = volume(m)
  do while (m%step < cfg%steps)
    call model_step(m)
  end do
  drift = relative_change(at_start, volume(m))
  bits = checksum(m)
  call extremes(m, h_min, h_max, speed)
  good = abs(drift) <= tolerance .and. h_min > 0.0_wp &
    .and. ieee_is_finite(h_max) .and. ieee_is_finite(speed)

  rank = m%grid%rank
  if (rank == 0) then
    write (output_unit, '(a,z16.16,a,es10.3)') 'checksum=', bits, &
      ' mass_drift=', drift
    if (.not. good) write (error_unit, '(a,3es12.4)') &
      'swe_check: FAILED, h_min h_max speed ', h_min, h_max, speed
  end if
  call model_destroy(m)
  call MPI_Finalize()
  if (.not. good) stop 1, quiet=.true.
end program swe_check
