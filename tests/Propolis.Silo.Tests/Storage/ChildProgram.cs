using System.Diagnostics;

namespace Propolis.Silo.Tests.Storage;

/// <summary>A program that dies with the tests, also when those are killed and clean nothing up.</summary>
static class ChildProgram
{
    // The shell becomes the program. What it leaves behind reads a pipe from the tests, whose end is their end, and then kills the program, if that is still what has the number.
    const string UntilTheTestsEnd = """
        program=$1
        shift
        exec 3<&0
        (cat <&3 >/dev/null; [ "$(readlink /proc/$$/exe)" != "$(readlink -f "$program")" ] || kill -9 $$) >/dev/null 2>&1 &
        exec "$@" 3<&- </dev/null
        """;

    /// <summary>How to start it; output and errors are for the caller.</summary>
    /// <param name="program">What runs in the end.</param>
    /// <param name="command">What is started, and becomes that.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProcessStartInfo Of(string program, string command, IEnumerable<string> arguments) => new("/bin/sh", ["-c", UntilTheTestsEnd, "sh", program, command, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
