using System.Text;

namespace Propolis.Bench.Migration;

/// <summary>The guest's shell over its serial port, however that is reached.</summary>
/// <param name="read">Reads some bytes; waits for one at least.</param>
/// <param name="type">Types.</param>
sealed class GuestShell(Func<byte[], CancellationToken, Task<int>> read, Func<byte[], CancellationToken, Task> type)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    string _rest = "";

    /// <summary>Waits for the shell of a guest that boots, and makes it read lines without echo or prompt.</summary>
    public async Task ReadyAsync()
    {
        await ReadUntilAsync("guest# ");
        await TypeAsync("stty -echo; echo shell-'ready'; while read -r line; do eval \"$line\"; done\n");
        await ReadUntilAsync("\nshell-ready");
    }

    /// <summary>Runs a line in the guest and returns what it prints.</summary>
    public async Task<string> RunAsync(string line)
    {
        await TypeAsync($"{line}\necho end-'of-line'\n");
        return (await ReadUntilAsync("end-of-line")).Trim();
    }

    async Task TypeAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        await type(Encoding.ASCII.GetBytes(text), limit.Token);
    }

    async Task<string> ReadUntilAsync(string end)
    {
        using var limit = new CancellationTokenSource(Limit);
        var (text, buffer) = (_rest, new byte[4096]);
        int at;
        while ((at = text.IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            var count = await read(buffer, limit.Token);
            if (count == 0) throw new InvalidOperationException($"The serial port ended where '{end}' was waited for: {text}");
            text += Encoding.ASCII.GetString(buffer, 0, count).Replace("\r", "", StringComparison.Ordinal);
        }
        _rest = text[(at + end.Length)..];
        return text[..at];
    }
}
