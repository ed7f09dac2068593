/** A bootstrap in Rust without dependencies: answers an event with a list of it and the function's memory. */
export const rustSource: string = `use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

fn exchange(stream: &mut BufReader<TcpStream>, head: &str, body: &[u8]) -> (String, Vec<u8>) {
    let request = format!("{head}\\r\\nHost: lambda\\r\\nContent-Length: {}\\r\\n\\r\\n", body.len());
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    stream.get_mut().write_all(body).unwrap();
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.trim().is_empty() { break; }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") { length = value.trim().parse().unwrap(); }
        headers.push_str(&lower);
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).unwrap();
    (headers, answer)
}

fn main() {
    let memory: u32 = std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").unwrap().parse().unwrap();
    let mut stream = BufReader::new(TcpStream::connect(std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap()).unwrap());
    let path = "/2018-06-01/runtime/invocation";
    loop {
        let (headers, event) = exchange(&mut stream, &format!("GET {path}/next HTTP/1.1"), b"");
        let id = headers.lines().find_map(|line| line.strip_prefix("lambda-runtime-aws-request-id: ")).unwrap().trim().to_string();
        println!("rust has {memory} MB");
        let answer = format!("[{}, {memory}]", String::from_utf8(event).unwrap());
        exchange(&mut stream, &format!("POST {path}/{id}/response HTTP/1.1"), answer.as_bytes());
    }
}
`;
