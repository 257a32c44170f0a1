use super::*;

#[track_caller]
fn check_good(script: &str) {
    assert_eq!(check(script), Ok(()), "{script}");
}

#[track_caller]
fn check_bad(script: &str, line: u32, message: &str) {
    let error = check(script).unwrap_err();
    assert_eq!((error.line, error.message.as_str()), (line, message), "{script}");
}

#[test]
fn scripts_are_read() {
    for script in [
        "",
        "-- nothing\n--[[ nor\n here ]] --[==[ ]] ]==]",
        "#!/usr/bin/lua\nlocal x = 1",
        "function envoy_on_request(h) h:headers():add(\"x-a\", 'b') end",
        "local json = require \"json\"; local t = {1, 2; 3, x = 4, ['y'] = 5, f(), }",
        "function a.b.c:d(x, ...) return ..., x end",
        "local function f(...) local a, b = ...; return a .. b, #a, not b, -a ^ 2 end",
        "for i = 1, 10, 2 do if i > 3 then break end end",
        "for k, v in pairs(t) do t[k] = v or {} and nil end",
        "while true do repeat local x = 1 until x == 2 or x ~= 3 end",
        "if a then elseif b then return else return 1, 2; end",
        "a, b.c, d[1] = 1, [[ long\n text ]], [=[ ]] ]=]",
        "(f or g)(1):h{}.i 'x' \"y\"",
        "goto done; ::done:: local goto_ = goto",
        "goto = 1; goto.x = 2",
        "local n = {0, 1.5, .5, 3., 1e10, 1E-5, 0x1F, 0xA.8p1, 10LL, 0xffULL, 2i, 0b101}",
        r#"local s = "\a\n\\\"\065\x41\u{20AC}\z
            more""#,
        "f()\n;\ng()",
        "local größe = 1",
    ] {
        check_good(script);
    }
}

#[test]
fn what_is_no_script_says_where() {
    check_bad(
        "function f()\n  if value > 5\n    print(value)\n  end\nend",
        3,
        "expected `then`, found `print`",
    );
    check_bad("function f(", 1, "expected a name, found the end");
    check_bad("function f() end end", 1, "expected the end of the script, found `end`");
    check_bad("x", 1, "expected `=`, found the end");
    check_bad("x == 1", 1, "expected `=`, found `==`");
    check_bad("f() = 1", 1, "expected a call or an assignment, found `=`");
    check_bad("local x = ", 1, "expected an expression, found the end");
    check_bad("break", 1, "`break` is not in a loop");
    check_bad("while true do local f = function() break end end", 1, "`break` is not in a loop");
    check_bad("function f() return ... end", 1, "`...` is not in a function that has it");
    check_bad("return 1\nlocal x = 2", 2, "expected the end of the block, found `local`");
    check_bad("local s = 'abc\n'", 1, "a text does not end on its line");
    check_bad("local s = '\\q'", 1, "`\\q` is not an escape");
    check_bad("local s = '\\300'", 1, "`\\3` is not an escape");
    check_bad("--[[ \n\n", 1, "a long comment does not end");
    check_bad("local n = 3x", 1, "`3x` is not a number");
    check_bad("local n = 1.5LL", 1, "`1.5LL` is not a number");
    check_bad("x != 1", 1, "`!` is not expected here");
    check_bad("local t = {1, 2", 1, "expected `}`, found the end");
    check_bad("local a <const> = 1", 1, "expected an expression, found `<`");
}

#[track_caller]
fn check_deep(script: &str) {
    let error = check(script).unwrap_err();
    assert_eq!(error.message, "the script nests too deep");
}

/// The script inside a function that Envoy calls, unless it has one.
#[track_caller]
fn check_strict(body: &str, error: Option<&str>) {
    let script = if body.contains("envoy_on_") {
        body.to_owned()
    } else {
        format!("function envoy_on_request(request)\n{body}\nend")
    };
    let checked = check_strictly(&script).map_err(|error| error.to_string());
    assert_eq!(checked.err().as_deref(), error, "{}", script.get(..200).unwrap_or(&script));
}

#[test]
fn what_may_work_is_left_to_envoy() {
    for script in [
        "request:headers():add('x', 'y')",
        "local a = request:headers():get('a') if a and a:find('x') then request:respond({[':status'] = '403'}, a) end",
        "local json = require('json') local t = json.decode(request:body()) t.x.y.z()",
        "for k, v in pairs(request:headers()) do request:logInfo(k .. v) end",
        "local t = {a = 1, b = {c = function(x) return x end}} t.b.c(t).d = 1",
        "local t = {} t[request:timestamp()] = {} t.x.y = 1",
        "local function count(n) if n == 0 then return 0 end return count(n - 1) + 1 end count(10)",
        "local C = {} C.__index = C function C.new() return setmetatable({}, C) end C.new():go()",
        "while true do if request:headers():get('x') then break end end",
        "while true do local x = request:body() if x == nil then return end end",
        "local i = 0 repeat local done = i > 3 i = i + 1 until done",
        "if request:headers():get('x') == nil then error('no x') end",
        "assert(request:headers():get('x'), 'no x')",
        "local ok, why = pcall(function() error('caught') end) if not ok then request:logInfo(why) end",
        "goto done local x = nil x.y = 1 ::done::",
        "local s = 'a' .. 1 .. 'b' local n = -'3' + #s local b = not n",
        "dofile('x') undefined.y = 1",
        "local f = function(...) return select('#', ...) end f(1, 2).x = 1",
        "x = x or {} x.y = 1",
        "local inner = {} local t = {inner = inner} setmetatable(t, {}) inner.x.y = 1",
        "local x pcall(function() x = {} end) x.y = 1",
        "local a, b for i = 1, 2 do b = a a = {} end b.x = 1",
        "local t = setmetatable({}, {}) t = t + nil",
        "function envoy_on_request(r) helper(r) end function helper(r) r:logInfo('x') end",
    ] {
        check_strict(script, None);
    }
}

#[test]
fn what_can_only_fail_is_refused() {
    check_strict(
        "request:logInfo(missing.field)",
        Some("line 2: nil has no fields, and `field` is taken of it"),
    );
    check_strict("missing()", Some("line 2: nil is called"));
    check_strict("local x\nx.y = 1", Some("line 3: nil has no fields"));
    check_strict("local t = {}\nt.a.b = 1", Some("line 3: nil has no fields"));
    check_strict("local t = {f = 1} t.f()", Some("line 2: a number is called"));
    check_strict("error('always')", Some("line 2: `error` is called"));
    check_strict("assert(false)", Some("line 2: an assertion does not hold"));
    check_strict("local x = nil .. 'a'", Some("line 2: `..` does not go with nil"));
    check_strict("local x = 1 + nil", Some("line 2: `+` does not go with nil"));
    check_strict("local x = -1 + true", Some("line 2: `+` does not go with a boolean"));
    check_strict("local x = #nil", Some("line 2: `#` does not go with nil"));
    check_strict("while true do end", Some("line 1: the script does not come to an end"));
    // Whichever way it goes.
    check_strict(
        "if request:headers():get('x') then json.decode('') end\nreturn envoy.Continue",
        Some("line 3: nil has no fields, and `Continue` is taken of it"),
    );
    check_strict(
        "function envoy_on_response(r)\nr:logInfo(x.y)\nend",
        Some("line 2: nil has no fields, and `y` is taken of it"),
    );
    check_strict("local f = nil\nfunction envoy_on_request() end\nf()", Some("line 3: nil is called"));
}

#[test]
fn nesting_has_an_end() {
    for (open, close) in [("(", ")"), ("{", "}")] {
        let nested = |depth: usize| format!("x = {}1{}", open.repeat(depth), close.repeat(depth));
        check_good(&nested(50));
        check_deep(&nested(20_000));
    }
    check_deep(&"do ".repeat(20_000));
    check_deep(&format!("x = {}1", "- ".repeat(20_000)));
    for part in [" .. 1", " ^ 1"] {
        check_deep(&format!("x = 1{}", part.repeat(20_000)));
    }
    // What only goes on does not nest.
    for part in [" + 1", ".x", "()", " and 1"] {
        check_strict(&format!("x = a{}", part.repeat(20_000)), None);
    }
}
