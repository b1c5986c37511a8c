program two_handles_mixed
  use hearth
  implicit none
  type(hearth_array) :: array
  type(hearth_layout) :: layout
  array = layout ! must not compile
end program two_handles_mixed
