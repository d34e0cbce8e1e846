#![no_main]

portolan_fuzz::target!("report_formats");
