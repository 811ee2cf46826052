//! The echo server of bench/echo in Tokio, on its current_thread runtime. Prints its address and its name.

use std::io::Result;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{} Tokio {} current_thread", listener.local_addr()?, tokio_version());
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(echo(stream));
        }
    })
}

fn tokio_version() -> &'static str {
    let lock = include_str!("../../Cargo.lock");
    lock.split("name = \"tokio\"\nversion = \"").nth(1).unwrap().split('"').next().unwrap()
}

async fn echo(mut stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 4096];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            n => stream.write_all(&buffer[..n]).await?,
        }
    }
}
