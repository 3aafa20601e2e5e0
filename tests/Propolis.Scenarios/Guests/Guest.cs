using System.Diagnostics;
using System.Globalization;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>
/// A running guest, driven over its first serial port: the standard streams of the program that runs it. Tests read as one-line steps: <c>await vm.Shell("nproc")</c>.
/// </summary>
public sealed class Guest : IAsyncDisposable
{
    const string ReadyLine = "propolis-guest: ready";

    static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(150);
    static readonly TimeSpan ShellLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly Sled _sled;
    readonly string _folder;
    readonly SerialText _serial = new();
    readonly SerialText _errors = new();
    readonly Task _reading;
    int _seen;
    int _commands;

    Guest(Sled sled, string folder, Process process)
    {
        _sled = sled;
        _folder = folder;
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput.BaseStream, _serial), ReadAsync(process.StandardError.BaseStream, _errors));
    }

    /// <summary>The folder on the sled in which the program runs: its files stay there.</summary>
    public string Folder => _folder;

    /// <summary>The last lines of the serial port and of the program's own messages, for messages of tests.</summary>
    public string Tail => $"{_serial.Tail()}\n{_errors.Tail()}";

    /// <summary>Starts <paramref name="command"/> in <paramref name="folder"/> on the sled; its standard streams must be a guest's serial port.</summary>
    public static Guest Start(Sled sled, string folder, string command) => new(sled, folder, sled.Start($"cd {folder} && echo $$ >pid && exec {command}"));

    /// <summary>Waits for the guest's init, then for a shell that takes commands without echo or prompt.</summary>
    public async Task ReadyAsync(TimeSpan? limit = null)
    {
        await WaitForAsync(ReadyLine, limit ?? BootLimit);
        await WaitForAsync("guest# ", ShellLimit);
        // From here on lines are read in the terminal's own mode: no editing, no echo, no prompt. The typed text itself must not hold the awaited word.
        await TypeAsync("stty -echo; echo shell-'ready'; while read -r line; do eval \"$line\"; done\n");
        await WaitForAsync("\nshell-ready\n", ShellLimit);
    }

    /// <summary>Waits until the guest says <paramref name="text"/> behind what tests have seen so far. Throws <see cref="ScenarioException"/> with the end of its serial port.</summary>
    public async Task WaitForAsync(string text, TimeSpan limit)
    {
        try
        {
            _seen = await _serial.WaitForAsync(text, _seen, limit);
        }
        catch (ScenarioException failure)
        {
            throw new ScenarioException($"{failure.Message}\nThe program's messages: {_errors.Tail()}");
        }
    }

    /// <summary>Types on the serial port.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Runs one line in the guest's shell; it must succeed. Returns its output without the last line end.</summary>
    public async Task<string> Shell(string command, TimeSpan? limit = null)
    {
        var (code, output) = await TryShell(command, limit);
        return code == 0 ? output : throw new ScenarioException($"'{command}' in the guest ended with {code}: {output}");
    }

    /// <summary>Runs one line in the guest's shell, whatever its exit code.</summary>
    public async Task<(int Code, string Output)> TryShell(string command, TimeSpan? limit = null)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"@end-{++_commands}:");
        var from = _seen;
        await TypeAsync($"{command}; echo \"{mark}$?\"\n");
        await WaitForAsync(mark, limit ?? ShellLimit);
        var output = _serial.Between(from, _seen - mark.Length);
        var codeFrom = _seen;
        await WaitForAsync("\n", ShellLimit);
        return (int.Parse(_serial.Between(codeFrom, _seen - 1), CultureInfo.InvariantCulture), output.TrimEnd('\n'));
    }

    /// <summary>Waits for the program to end, and returns its exit code.</summary>
    public async Task<int> EndAsync(TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? EndLimit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading;
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new ScenarioException($"The guest's program did not end. {Tail}");
        }
    }

    /// <summary>Sends a signal (TERM, INT, ...) to the program that runs the guest.</summary>
    public Task SignalAsync(string signal) => _sled.MustAsync($"kill -{signal} $(cat {_folder}/pid)");

    /// <summary>Ends the program if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await _sled.RunAsync($"kill -9 $(cat {_folder}/pid)");
        using var deadline = new CancellationTokenSource(EndLimit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    static async Task ReadAsync(Stream stream, SerialText text)
    {
        var buffer = new byte[16384];
        try
        {
            while (await stream.ReadAsync(buffer) is var count and > 0) text.Append(buffer.AsSpan(0, count));
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The process is gone: what it said so far is all there is.
        }
        finally
        {
            text.End();
        }
    }
}
