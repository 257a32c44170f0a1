//! Explanations for people.

use std::fmt::{self, Display, Formatter};

use eg_ir::{
    Name, Origin,
    route::{PathMatch, RouteMatch, StringMatch, ValueMatch},
};

use super::{
    Candidate, Complaint, Destination, Explanation, FleetAnswer, Mismatch, Outcome, Part, Patched, Place,
    Request, Serving,
};

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { request, fleets, candidates } = self;
        writeln!(f, "{request}")?;
        if fleets.is_empty() {
            writeln!(f, "  nobody listens at port {}", request.port)?;
        }
        fleets.iter().try_for_each(|fleet| write!(f, "{fleet}"))?;
        list(f, "would be served, but", candidates)
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { method, port, authority, path, headers, server_name, tls: _ } = self;
        write!(f, "{method} {}://{authority}{path} at port {port}", self.scheme())?;
        if let Some(name) = server_name {
            write!(f, ", server name {name}")?;
        }
        headers.iter().try_for_each(|(name, value)| write!(f, "\n  {name}: {value}"))
    }
}

impl Display for FleetAnswer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { fleet, serving, outcome, candidates, complaints, patches } = self;
        let Serving { listening, virtual_host, route } = serving;
        writeln!(f, "fleet {fleet}")?;
        if let Some(listening) = listening {
            write!(f, "  listener      {} ({}:{})", listening.name, listening.address, listening.bound_port)?;
            if let Some(chain) = &listening.chain {
                write!(f, ", chain {}, certificates {}", chain.name, chain.certificates.join(", "))?;
                if chain.asks_for_certificate {
                    write!(f, ", asks for that of the client")?;
                }
            }
            listening.origin.iter().try_for_each(|origin| write!(f, ", from {}", From(origin)))?;
            writeln!(f)?;
        }
        if let Some(host) = virtual_host {
            writeln!(
                f,
                "  virtual host  {} (domain {}), from {}",
                host.name,
                host.domain,
                From(&host.origin)
            )?;
        }
        if let Some(route) = route {
            writeln!(f, "  route         {}, from {}", route.name, From(&route.origin))?;
            writeln!(f, "  matches       {}", Matches(&route.matches))?;
            route.policies.iter().try_for_each(|policy| writeln!(f, "  policy        {policy}"))?;
        }
        writeln!(f, "  outcome       {outcome}")?;
        if let Outcome::Forwarded { destinations } | Outcome::Streamed { destinations } = outcome {
            destinations.iter().try_for_each(|destination| write!(f, "{destination}"))?;
        }
        list(f, "not served by", candidates)?;
        if !complaints.is_empty() {
            writeln!(f, "  statuses say")?;
        }
        complaints.iter().try_for_each(|complaint| writeln!(f, "    {complaint}"))?;
        patches.iter().try_for_each(|Patched { policy, resource }| {
            writeln!(f, "  {policy} patches {resource}, which may change the answer")
        })
    }
}

fn list(f: &mut Formatter<'_>, title: &str, candidates: &[Candidate]) -> fmt::Result {
    if !candidates.is_empty() {
        writeln!(f, "  {title}")?;
    }
    candidates.iter().try_for_each(|candidate| writeln!(f, "    {candidate}"))
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forwarded { .. } => f.write_str("forwarded"),
            Self::Streamed { .. } => {
                f.write_str("the connection is forwarded as it is, whatever is sent on it")
            }
            Self::Redirected { status, location } => write!(f, "redirected with {status} to {location}"),
            Self::Answered { status, body: None } => write!(f, "answered by the proxy with {status}"),
            Self::Answered { status, body: Some(body) } => {
                write!(f, "answered by the proxy with {status} and a body of {} bytes", body.len())
            }
            Self::NotFound => f.write_str("answered by the proxy with 404: no route matches"),
            Self::Rejected { status, why } => write!(f, "rejected by the proxy with {status}: {why}"),
            Self::Refused { why } => write!(f, "no connection: {why}"),
        }
    }
}

impl Display for Destination {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { percent, cluster, origin, status, backends, resolves } = self;
        write!(f, "    {percent:.1} %  ")?;
        match cluster {
            Some(cluster) => write!(f, "cluster {cluster}")?,
            None => f.write_str("invalid backends")?,
        }
        origin.iter().try_for_each(|origin| write!(f, ", from {}", From(origin)))?;
        match status {
            Some(status) if backends.is_empty() => writeln!(f, ": no endpoints, answered with {status}")?,
            Some(status) => writeln!(f, ": no endpoint takes requests, answered with {status}")?,
            None if *resolves => writeln!(f, ": the proxy resolves the name that is asked for")?,
            None if backends.is_empty() => writeln!(f, ": no endpoints")?,
            None => writeln!(f)?,
        }
        for backend in backends {
            write!(f, "      {}", backend.address)?;
            let tls = if backend.tls { ", TLS" } else { "" };
            let draining = if backend.draining { ", draining" } else { "" };
            writeln!(f, "{tls}{draining}, priority {}, from {}", backend.priority, From(&backend.origin))?;
        }
        Ok(())
    }
}

impl Display for Complaint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { object, about, condition, reason, message } = self;
        write!(f, "{object}")?;
        about.iter().try_for_each(|about| write!(f, " at {about}"))?;
        write!(f, ": {condition} {reason}: {message}")
    }
}

impl Display for Candidate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { part, name, origin, why } = self;
        match part {
            Part::Object => write!(f, "{}: {why}", From(origin)),
            Part::Listener => write!(f, "listener {name}, from {}: {why}", From(origin)),
            Part::Chain => write!(f, "chain {name}, from {}: {why}", From(origin)),
            Part::VirtualHost => write!(f, "virtual host {name}, from {}: {why}", From(origin)),
            Part::Route => write!(f, "route {name}, from {}: {why}", From(origin)),
        }
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { listens } => {
                let listens: Vec<String> = listens.iter().map(ToString::to_string).collect();
                write!(f, "it listens at port {}", listens.join(", "))
            }
            Self::Tls { spoken: true } => f.write_str("it speaks TLS, the request does not"),
            Self::Tls { spoken: false } => f.write_str("it speaks plain text, the request TLS"),
            Self::ServerName { expected, found } => {
                let found = found.as_deref().unwrap_or("none");
                write!(f, "the server name must be {}, the request asks for {found}", names(expected))
            }
            Self::Unrouted => f.write_str("it has no routes and closes its connections"),
            Self::Host { expected, found } => {
                write!(f, "the host must be {}, the request has {found}", names(expected))
            }
            Self::Path { expected, found } => write!(f, "{}, the request has `{found}`", Path(expected)),
            Self::Value { place, name, expected, found } => {
                let value = Text(expected);
                match place {
                    Place::Method => write!(f, "the method {value}")?,
                    Place::Header => write!(f, "header `{name}` {value}")?,
                    Place::Query => write!(f, "query parameter `{name}` {value}")?,
                    Place::Cookie => write!(f, "cookie `{name}` {value}")?,
                }
                match found {
                    Some(found) => write!(f, ", the request has `{found}`"),
                    None => f.write_str(", the request has none"),
                }
            }
            Self::Precedence { route } => write!(f, "it matches, but {route} is tried first"),
            Self::Condition { condition, reason, message } => write!(f, "{condition} {reason}: {message}"),
            Self::Unknown { expression } => write!(f, "`{expression}` cannot be evaluated here"),
        }
    }
}

fn names(names: &[Name]) -> String {
    match names {
        [] => "absent".to_owned(),
        names => names.join(" or "),
    }
}

/// An origin as people say it.
struct From<'o>(&'o Origin);

impl Display for From<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Origin { object, section, .. } = self.0;
        write!(f, "{object}")?;
        section.iter().try_for_each(|section| write!(f, " ({section})"))
    }
}

/// A condition on paths.
struct Path<'p>(&'p PathMatch);

impl Display for Path<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            PathMatch::Exact(path) => write!(f, "the path must be `{path}`"),
            PathMatch::Prefix(path) => write!(f, "the path must be `{path}` or below it"),
            PathMatch::Regex(expression) => write!(f, "the path must match `{expression}`"),
        }
    }
}

/// A condition on a text.
struct Text<'t>(&'t StringMatch);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            StringMatch::Exact(text) => write!(f, "must be `{text}`"),
            StringMatch::Prefix(text) => write!(f, "must begin with `{text}`"),
            StringMatch::Suffix(text) => write!(f, "must end with `{text}`"),
            StringMatch::Regex(expression) => write!(f, "must match `{expression}`"),
        }
    }
}

/// All conditions of a route.
struct Matches<'m>(&'m RouteMatch);

impl Display for Matches<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RouteMatch { path, headers, query, cookies } = self.0;
        let mut parts: Vec<String> = path.iter().map(|path| Path(path).to_string()).collect();
        let mut add = |place: &str, values: &[ValueMatch]| {
            parts.extend(
                values.iter().map(|ValueMatch { name, value }| format!("{place} `{name}` {}", Text(value))),
            );
        };
        add("header", headers);
        add("query parameter", query);
        add("cookie", cookies);
        if parts.is_empty() { f.write_str("every request") } else { f.write_str(&parts.join("; ")) }
    }
}
