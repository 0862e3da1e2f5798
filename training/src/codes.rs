//! How a surface (the command, the Python package) gives each error of the rooms its own code.

/// Implements `From` for each error: the failure's `new` gets the code, and the error as its message.
/// With `any of`, an error that is one of several has the code of that one.
#[macro_export]
macro_rules! error_codes {
    ($failure:ty: any of $error:ident($($variant:ident),*)) => {
        impl From<$error> for $failure {
            fn from(error: $error) -> $failure {
                match error {
                    $($error::$variant(error) => error.into(),)*
                }
            }
        }
    };
    ($failure:ty: $($error:ty: |$name:ident| $code:expr;)*) => {$(
        impl From<$error> for $failure {
            fn from(error: $error) -> $failure {
                let $name = &error;
                <$failure>::new($code, &error)
            }
        }
    )*};
}
