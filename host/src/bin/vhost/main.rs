use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("compile-component") {
        return match vhost::check::compile_main(std::io::stdin(), std::io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let mut error: Option<&dyn std::error::Error> = Some(&error);
                while let Some(cause) = error {
                    eprint!("{cause}. ");
                    error = cause.source();
                }
                ExitCode::from(2)
            }
        };
    }
    ExitCode::from(2)
}
