! The same as its neighbours, correct: it must compile, or their failure would prove nothing.
program control
  use hearth
  implicit none
  real(8), target :: a(10)
  type(hearth_window) :: window
  window = hearth_window(a(2:9))
  print *, window%ndim
end program control
