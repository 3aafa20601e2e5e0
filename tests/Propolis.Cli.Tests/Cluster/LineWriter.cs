using System.Text;
using System.Threading.Channels;

namespace Propolis.Cli.Tests.Cluster;

/// <summary>Hands out each line as it is written.</summary>
sealed class LineWriter : TextWriter
{
    readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public override Encoding Encoding => Encoding.UTF8;

    public async Task<string> NextAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public override Task WriteLineAsync(string? value)
    {
        _lines.Writer.TryWrite(value ?? "");
        return Task.CompletedTask;
    }
}
