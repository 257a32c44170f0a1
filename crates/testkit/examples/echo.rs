//! An echo backend as a program: `echo NAME ADDRESS`, for the demo and for trying things out.

use eg_testkit::echo::{Echo, Protocol};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), eg_testkit::BoxError> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "echo".to_owned());
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let echo = Echo::bind("default", &name, Protocol::Http1, address.parse()?).await?;
    eprintln!("{name} answers on {}", echo.address());
    std::future::pending::<()>().await;
    Ok(())
}
