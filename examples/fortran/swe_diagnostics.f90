!> Measurements that do not depend on the number of ranks: exact volume, a
!> checksum of the bits of the state, extremes. None of them enters the step.
module swe_diagnostics
  use mpi_f08
  use swe_kinds, only: wp, i8, halo_width
  use swe_hash, only: hash32
  use swe_model, only: model
  implicit none
  private

  public :: volume, relative_change, checksum, extremes

  !> Fixed-point number (hi + lo * 2**-36) * 2**-40. Sums of integers are
  !> exact, so the order of the cells cannot matter; rounding to 2**-76 of the
  !> total is far below that of a double.
  type, public :: exact_sum
    integer(i8) :: hi = 0
    integer(i8) :: lo = 0
  end type exact_sum

  real(wp), parameter :: hi_scale = 2.0_wp**40
  real(wp), parameter :: lo_scale = 2.0_wp**36

contains

  !> Global volume in units of the resting layer's, the same on every rank.
  function volume(m) result(total)
    type(model), intent(in) :: m
    type(exact_sum) :: total
    real(wp) :: unit, x
    integer(i8) :: part(2), whole(2), k
    integer :: i, j

    unit = 1.0_wp / (m%cfg%depth * real(m%grid%nxg, wp) * real(m%grid%nyg, wp) &
      * m%grid%dx_mid * m%grid%dy)
    part = 0_i8
    do j = 1, m%grid%ny
      do i = 1, m%grid%nx
        x = m%h(i,j) * m%grid%area(j) * unit * hi_scale
        k = int(x, i8)
        part(1) = part(1) + k
        part(2) = part(2) + nint((x - real(k, wp)) * lo_scale, i8)
      end do
    end do
    call MPI_Allreduce(part, whole, 2, MPI_INTEGER8, MPI_SUM, m%grid%comm)
    total%hi = whole(1)
    total%lo = whole(2)
  end function volume

  pure function relative_change(from, to) result(change)
    type(exact_sum), intent(in) :: from
    type(exact_sum), intent(in) :: to
    real(wp) :: change

    ! Differences first, in integers: nothing cancels in floating point.
    change = (real(to%hi - from%hi, wp) &
      + real(to%lo - from%lo, wp) / lo_scale) / (real(from%hi, wp) &
      + real(from%lo, wp) / lo_scale)
  end function relative_change

  !> 64-bit checksum of the bits of h, u and v on the global grid. Each value
  !> is hashed with its field and global index, and the hashes are combined by
  !> exclusive or: neither the order nor the division of the grid matters.
  function checksum(m) result(total)
    type(model), intent(in) :: m
    integer(i8) :: total
    integer(i8) :: part

    part = ieor(field_checksum(m, 1, m%h), &
      ieor(field_checksum(m, 2, m%u), field_checksum(m, 3, m%v)))
    call MPI_Allreduce(part, total, 1, MPI_INTEGER8, MPI_BXOR, m%grid%comm)
  end function checksum

  pure function field_checksum(m, field, x) result(part)
    type(model), intent(in) :: m
    integer, intent(in) :: field
    real(wp), contiguous, intent(in) :: x(1-halo_width:, 1-halo_width:)
    integer(i8) :: part, cell, bits, low, high
    integer :: i, j

    part = 0_i8
    do j = 1, m%grid%ny
      do i = 1, m%grid%nx
        cell = int(m%grid%j0 + j, i8) * int(m%grid%nxg + 1, i8) &
          + int(m%grid%i0 + i, i8)
        bits = transfer(x(i,j), 0_i8)
        low = chain(hash32(cell + int(field, i8) * 1000003_i8), bits)
        high = chain(hash32(low + cell), not(bits))
        part = ieor(part, ior(low, shiftl(high, 32)))
      end do
    end do
  end function field_checksum

  pure function chain(seed, bits) result(r)
    integer(i8), intent(in) :: seed
    integer(i8), intent(in) :: bits
    integer(i8) :: r

    r = hash32(ieor(hash32(ieor(seed, bits)), shiftr(bits, 32)))
  end function chain

  !> Least and greatest thickness and the greatest speed along a grid axis.
  subroutine extremes(m, h_min, h_max, speed)
    type(model), intent(in) :: m
    real(wp), intent(out) :: h_min
    real(wp), intent(out) :: h_max
    real(wp), intent(out) :: speed
    real(wp) :: part(3), whole(3)

    associate (nx => m%grid%nx, ny => m%grid%ny)
      part(1) = -minval(m%h(1:nx, 1:ny))
      part(2) = maxval(m%h(1:nx, 1:ny))
      part(3) = max(maxval(abs(m%u(1:nx, 1:ny))), maxval(abs(m%v(1:nx, 1:ny))))
    end associate
    call MPI_Allreduce(part, whole, 3, MPI_DOUBLE_PRECISION, MPI_MAX, &
      m%grid%comm)
    h_min = -whole(1)
    h_max = whole(2)
    speed = whole(3)
  end subroutine extremes

end module swe_diagnostics
