!> What EOFs in situ cost the shallow-water model: per sample, beside the bytes
!> and flops that the method cannot do without at the rates of this machine, and
!> as a share of the model's step.
!>
!>   mpirun -n 2 insitu nx=1000 ny=500 steps=200 modes=16 bunch=16 kept=26
!>
!> A bunch of b samples on k directions and p points of a rank costs
!>   copy    p b (8 read + 8 written) bytes,
!>   U^T Y   2 p k b,  Y - U c  2 p k b,  [U R]^T [U R]  p (k + b)^2,
!>   [U R] z 2 p (k + b) k,  mean  2 p b  flops.
program insitu
  use mpi_f08
  use, intrinsic :: iso_fortran_env, only: output_unit, int64
  use swe_kinds, only: wp
  use swe_config, only: config, config_from_command_line
  use swe_model, only: model, model_create, model_step, model_destroy
  use swe_analysis, only: analysis, analysis_create, analysis_sample
  implicit none

  integer, parameter :: every_day = 24
  type(config) :: cfg
  type(model), target :: m
  type(analysis) :: eofs
  real(wp) :: step, sample, copy_rate, gemm_rate
  integer(int64) :: collectives
  integer :: k, p

  call MPI_Init()
  cfg = config_from_command_line()
  call model_create(m, cfg, MPI_COMM_WORLD)
  call analysis_create(eofs, m, cfg)
  k = cfg%kept
  p = m%grid%nx * m%grid%ny
  call warm_up()
  step = time_steps(cfg%steps)
  sample = time_samples(10)
  call measure_copy(p, copy_rate)
  call measure_gemm(p, k, cfg%bunch, gemm_rate)
  call report()
  call eofs%eof%destroy()
  call eofs%metric%destroy()
  call eofs%h%destroy()
  call eofs%ctx%destroy()
  call model_destroy(m)
  call MPI_Finalize()

contains

  !> Three bunches: the basis is full and everything is allocated.
  subroutine warm_up()
    integer :: s

    do s = 1, 3 * cfg%bunch
      call model_step(m)
      call analysis_sample(eofs, m)
    end do
  end subroutine warm_up

  function time_steps(n) result(seconds)
    integer, intent(in) :: n
    real(wp) :: seconds, tick
    integer :: s

    call MPI_Barrier(MPI_COMM_WORLD)
    tick = MPI_Wtime()
    do s = 1, n
      call model_step(m)
    end do
    call MPI_Barrier(MPI_COMM_WORLD)
    seconds = (MPI_Wtime() - tick) / n
  end function time_steps

  !> Seconds per sample, updates included; the model runs between, untimed.
  function time_samples(bunches) result(seconds)
    integer, intent(in) :: bunches
    real(wp) :: seconds, tick
    integer(int64) :: before, after, messages, bytes
    integer :: s

    seconds = 0
    call eofs%ctx%traffic(before, messages, bytes)
    do s = 1, bunches * cfg%bunch
      call model_step(m)
      call MPI_Barrier(MPI_COMM_WORLD)
      tick = MPI_Wtime()
      call analysis_sample(eofs, m)
      call MPI_Barrier(MPI_COMM_WORLD)
      seconds = seconds + (MPI_Wtime() - tick)
    end do
    call eofs%ctx%traffic(after, messages, bytes)
    collectives = (after - before) / bunches
    seconds = seconds / (bunches * cfg%bunch)
  end function time_samples

  !> Bytes per second, read and written, of a copy of p numbers; all ranks at
  !> once, as in the model.
  subroutine measure_copy(p, rate)
    integer, intent(in) :: p
    real(wp), intent(out) :: rate
    real(wp), allocatable :: a(:,:), b(:,:)
    real(wp) :: tick
    integer :: r

    allocate (a(p,8), b(p,8), source=1.0_wp)
    call MPI_Barrier(MPI_COMM_WORLD)
    tick = MPI_Wtime()
    do r = 1, 20
      b(:,:) = a
      a(1,1) = b(1,1) + real(r, wp)
    end do
    call MPI_Barrier(MPI_COMM_WORLD)
    rate = 20 * 16.0_wp * 8 * p / (MPI_Wtime() - tick)
  end subroutine measure_copy

  !> Flops per second of the products of the method's shapes by plain dgemm.
  subroutine measure_gemm(p, k, b, rate)
    integer, intent(in) :: p, k, b
    real(wp), intent(out) :: rate
    real(wp), allocatable :: u(:,:), y(:,:), c(:,:), z(:,:), w(:,:)
    real(wp) :: tick
    integer :: r

    allocate (u(p,k+b), w(p,k), y(p,b), source=1.0_wp)
    allocate (c(k+b,k+b), z(k+b,k), source=0.5_wp)
    call products(u, y, c, z, w, k, b)
    call MPI_Barrier(MPI_COMM_WORLD)
    tick = MPI_Wtime()
    do r = 1, 5
      u(1,1) = real(r, wp)
      call products(u, y, c, z, w, k, b)
    end do
    call MPI_Barrier(MPI_COMM_WORLD)
    rate = 5 * 2.0_wp * p * (2.0_wp * k * b + (k + b) * real(k + b, wp) &
      + (k + b) * real(k, wp)) / (MPI_Wtime() - tick)
  end subroutine measure_gemm

  subroutine products(u, y, c, z, w, k, b)
    real(wp), intent(in) :: u(:,:), z(:,:)
    real(wp), intent(inout) :: y(:,:), c(:,:), w(:,:)
    integer, intent(in) :: k, b
    integer :: p
    interface
      subroutine dgemm(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, &
          c, ldc)
        import :: wp
        character, intent(in) :: transa, transb
        integer, intent(in) :: m, n, k, lda, ldb, ldc
        real(wp), intent(in) :: alpha, beta, a(lda,*), b(ldb,*)
        real(wp), intent(inout) :: c(ldc,*)
      end subroutine dgemm
    end interface


    p = size(u, 1)
    call dgemm('T', 'N', k, b, p, 1.0_wp, u, p, y, p, 0.0_wp, c, k+b)
    call dgemm('N', 'N', p, b, k, -1.0e-9_wp, u, p, c, k+b, 1.0_wp, y, p)
    call dgemm('T', 'N', k+b, k+b, p, 1.0_wp, u, p, u, p, 0.0_wp, c, k+b)
    call dgemm('N', 'N', p, k, k+b, 1.0_wp, u, p, z, k+b, 0.0_wp, w, p)
  end subroutine products

  subroutine report()
    real(wp) :: flops, bound, points
    integer :: b, rank, nranks

    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    call MPI_Comm_size(MPI_COMM_WORLD, nranks)
    if (rank /= 0) return
    b = cfg%bunch
    points = real(p, wp)
    flops = points * (4.0_wp * k * b + real(k + b, wp)**2 &
      + 2.0_wp * (k + b) * k + 2.0_wp * b) / b
    bound = 16 * points / copy_rate &
      + flops / gemm_rate
    write (output_unit, '(2(a,i0),a,i0,a)') 'EOFs in situ: ', cfg%nx, ' x ', &
      cfg%ny, ' cells on ', nranks, ' ranks'
    write (output_unit, '(4(a,i0))') 'modes ', cfg%modes, ', directions kept ', &
      k, ', bunch ', b, ', collectives per bunch ', collectives
    write (output_unit, '(2(a,f0.2))') 'copy GB/s per rank ', copy_rate / 1.0e9_wp, &
      ', skinny dgemm GF/s per rank ', gemm_rate / 1.0e9_wp
    write (output_unit, '(a,f0.3,a,f0.3,a,f0.3,a)') 'model step ', 1.0e3_wp * step, &
      ' ms, sample ', 1.0e3_wp * sample, ' ms, copy + flops ', 1.0e3_wp * bound, ' ms'
    write (output_unit, '(a,f0.2)') 'sample / (copy + flops) = ', sample / bound
    write (output_unit, '(a,f0.1,a,f0.2,a)') 'share of the step: every step ', &
      100 * sample / step, ' %, every 24 steps ', 100 * sample / (every_day * step), ' %'
    write (output_unit, '(a)') 'bytes copied per grid point and sample: 8'
  end subroutine report

end program insitu
