program constant
  use hearth
  implicit none
  real(8), parameter :: a(2) = [1, 2]
  type(hearth_window) :: window
  window = hearth_window(a) ! must not compile
  print *, window%ndim
end program constant
