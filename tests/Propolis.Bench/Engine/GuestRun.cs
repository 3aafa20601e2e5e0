using System.Diagnostics;
using System.Globalization;

namespace Propolis.Bench.Engine;

/// <summary>One guest's life under some engine: a process whose output is the guest's serial port.</summary>
static class GuestRun
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs it to its end and gives what it measured.</summary>
    public static async Task<GuestResult> MeasureAsync(string program, IEnumerable<string> arguments, string folder)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var (lines, result) = (new List<string>(), new GuestResult());
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
            {
                lines.Add(line);
                if (line.Contains(GuestWork.Began, StringComparison.Ordinal))
                    result.BootSeconds = clock.GetElapsedTime(started).TotalSeconds;
                if (line.Contains(GuestWork.Ended, StringComparison.Ordinal))
                    break;
                Note(result, line);
            }
        }
        finally
        {
            process.Kill();
        }

        if (result.Rates.Count != GuestWork.Steps.Count)
            throw new InvalidOperationException($"{program} ended early:\n{string.Join('\n', lines.TakeLast(30))}\n{await errors}");
        return result;
    }

    // "rand-read 1234 2000000000" for each of the programs that ran side by side, then "bench: end rand-read 8".
    static void Note(GuestResult result, string line)
    {
        var words = line.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [_, var requests, var nanoseconds] && long.TryParse(requests, out var count) && long.TryParse(nanoseconds, out var time) && time > 0)
            result.Pending += count / (time / 1e9);
        if (words is not ["bench:", "end", var program, var depth])
            return;
        result.Rates[(program, int.Parse(depth, CultureInfo.InvariantCulture))] = result.Pending;
        result.Pending = 0;
    }
}
