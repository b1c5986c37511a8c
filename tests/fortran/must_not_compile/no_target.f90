program no_target
  use hearth
  implicit none
  real(8) :: a(10)
  type(hearth_window) :: window
  window = hearth_window(a) ! must not compile
  print *, window%ndim
end program no_target
