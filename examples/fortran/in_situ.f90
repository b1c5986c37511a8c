!> Shallow-water model with EOFs in situ: every sample_every steps after the
!> spin-up the current height field is handed over while it sits in memory.
program in_situ
  use mpi_f08
  use, intrinsic :: iso_fortran_env, only: output_unit
  use swe_kinds, only: wp, day_seconds
  use swe_config, only: config, config_from_command_line
  use swe_model, only: model, model_create, model_step, model_destroy
  use swe_output, only: output, output_open, output_write, output_close
  use swe_analysis, only: analysis, analysis_create, analysis_sample, &
    analysis_finish
  use swe_diagnostics, only: exact_sum, volume, relative_change, checksum, &
    extremes
  implicit none

  type(config) :: cfg
  type(model), target :: m
  type(output) :: file
  type(analysis) :: eofs
  type(exact_sum) :: volume_at_start
  real(wp) :: tick, step_seconds, sample_seconds

  call MPI_Init()
  cfg = config_from_command_line()
  call model_create(m, cfg, MPI_COMM_WORLD)
  volume_at_start = volume(m)
  if (allocated(cfg%out)) &
    call output_open(file, m%grid, cfg%out, sample_count(cfg))
  if (allocated(cfg%eof)) call analysis_create(eofs, m, cfg)
  call print_setup()

  step_seconds = 0.0_wp
  sample_seconds = 0.0_wp
  do while (m%step < cfg%steps)
    tick = MPI_Wtime()
    call model_step(m)
    step_seconds = step_seconds + (MPI_Wtime() - tick)

    if (sample_due(cfg, m%step)) then
      tick = MPI_Wtime()
      call take_sample()
      sample_seconds = sample_seconds + (MPI_Wtime() - tick)
    end if
    if (mod(m%step, cfg%report_every) == 0) call print_progress()
  end do

  if (allocated(cfg%out)) call output_close(file)
  if (allocated(cfg%eof)) call analysis_finish(eofs, cfg%eof)
  call print_summary()
  call model_destroy(m)
  call MPI_Finalize()

contains

  subroutine take_sample()
    if (allocated(cfg%eof)) call analysis_sample(eofs, m)
    if (allocated(cfg%out)) call output_write(file, m%h)
  end subroutine take_sample

  pure function sample_due(c, step) result(due)
    type(config), intent(in) :: c
    integer, intent(in) :: step
    logical :: due

    due = step > c%spinup .and. mod(step - c%spinup, c%sample_every) == 0
  end function sample_due

  pure function sample_count(c) result(n)
    type(config), intent(in) :: c
    integer :: n

    n = max(0, c%steps - c%spinup) / c%sample_every
  end function sample_count

  subroutine print_setup()
    if (m%grid%rank /= 0) return
    write (output_unit, '(5(a,i0),a,f0.2,a)') 'grid ', cfg%nx, ' x ', cfg%ny, &
      ' on ', m%grid%dims(1), ' x ', m%grid%dims(2), ' ranks, ', cfg%steps, &
      ' steps of ', m%dt, ' s'
  end subroutine print_setup

  subroutine print_progress()
    real(wp) :: h_min, h_max, speed

    call extremes(m, h_min, h_max, speed)
    if (m%grid%rank /= 0) return
    write (output_unit, '(a,i8,a,f8.2,a,2f9.2,a,f7.2)') 'step ', m%step, &
      '  day ', m%time / day_seconds, '  h ', h_min, h_max, '  speed ', speed
  end subroutine print_progress

  subroutine print_summary()
    real(wp) :: change, cost

    change = relative_change(volume_at_start, volume(m))
    cost = 1.0e9_wp * step_seconds / (real(max(cfg%steps, 1), wp) &
      * real(cfg%nx, wp) * real(cfg%ny, wp))
    ! The checksum is a collective: all ranks take part.
    call print_result(checksum(m), change, cost)
  end subroutine print_summary

  subroutine print_result(bits, change, cost)
    use swe_kinds, only: i8
    integer(i8), intent(in) :: bits
    real(wp), intent(in) :: change
    real(wp), intent(in) :: cost

    if (m%grid%rank /= 0) return
    write (output_unit, '(a,z16.16,a,es10.2)') 'checksum=', bits, &
      ' mass_drift=', change
    write (output_unit, '(a,i0,a,f0.3,a,f0.3,a,f0.1,a)') 'samples=', &
      sample_count(cfg), ' step_seconds=', step_seconds, ' sample_seconds=', &
      sample_seconds, ' (', cost, ' ns per step and global cell)'
  end subroutine print_result

end program in_situ
