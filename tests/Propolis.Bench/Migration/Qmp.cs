using System.Net.Sockets;
using System.Text.Json;

namespace Propolis.Bench.Migration;

/// <summary>QEMU's control connection: one JSON object a line, over a Unix socket.</summary>
sealed class Qmp : IDisposable
{
    readonly NetworkStream _stream;
    readonly StreamReader _reader;
    readonly StreamWriter _writer;

    Qmp(NetworkStream stream)
    {
        _stream = stream;
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
    }

    /// <summary>Connects and says which abilities are wanted: none.</summary>
    public static async Task<Qmp> ConnectAsync(string path, CancellationToken stop)
    {
        var qmp = new Qmp(await OpenAsync(path, stop));
        await qmp._reader.ReadLineAsync(stop);
        await qmp.RunAsync("qmp_capabilities", null, stop);
        return qmp;
    }

    /// <summary>Opens a Unix socket of a QEMU that may still be starting.</summary>
    public static async Task<NetworkStream> OpenAsync(string path, CancellationToken stop)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
            }
        }
    }

    /// <summary>Runs a command and returns what it answers; events are passed over. Throws when QEMU refuses.</summary>
    public async Task<JsonElement> RunAsync(string command, object? arguments, CancellationToken stop)
    {
        var request = new Dictionary<string, object> { ["execute"] = command };
        if (arguments is not null) request["arguments"] = arguments;
        await _writer.WriteLineAsync(JsonSerializer.Serialize(request).AsMemory(), stop);
        while (await _reader.ReadLineAsync(stop) is { } line)
        {
            var answer = JsonDocument.Parse(line).RootElement;
            if (answer.TryGetProperty("return", out var value)) return value;
            if (answer.TryGetProperty("error", out var error)) throw new InvalidOperationException($"QEMU refuses {command}: {error}");
        }
        throw new InvalidOperationException($"QEMU ended at {command}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }
}
