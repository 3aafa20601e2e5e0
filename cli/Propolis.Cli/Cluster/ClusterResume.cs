using System.Runtime.ExceptionServices;
using System.Text.Json;
using Propolis.Cli.Serial;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Serialization;

namespace Propolis.Cli.Cluster;

/// <summary>Joins a console again when the silo went away, at the next byte, through another silo if there is one; and tells the user what the silo tells of where the bytes come from.</summary>
sealed class ClusterResume(SiloAddresses silos, TimeProvider time, TextWriter remarks) : ISerialResume
{
    /// <summary>How long a silo may be away.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    long? _incarnation;
    long? _offset;
    long? _awaySince;

    /// <inheritdoc/>
    public void Read(int count)
    {
        _awaySince = null;
        _offset += count;
    }

    /// <inheritdoc/>
    public void Told(ReadOnlySpan<byte> text)
    {
        _awaySince = null;
        if (JsonSerializer.Deserialize<SerialNote>(text, PropolisJson.Options) is not { } note) return;
        if (note.Incarnation is { } incarnation)
        {
            if (_incarnation is not null && _incarnation != incarnation) Say($"now on {note.Sled}");
            (_incarnation, _offset) = (incarnation, note.Offset);
        }
        else if (note.Phase is { } phase)
        {
            Say($"no console: the instance is {Words.Of(phase)}{(note.Reason is { } why ? $", {why}" : "")}");
        }
    }

    /// <inheritdoc/>
    public async Task<Uri?> AfterAsync(Uri address, Exception broken, CancellationToken stop)
    {
        if (_awaySince is null && _incarnation is not null) Say("the silo is away; joining again");
        _awaySince ??= time.GetTimestamp();
        // A silo that never answered is a wrong address rather than one that went away.
        if (_incarnation is null || time.GetElapsedTime(_awaySince.Value) > Limit) ExceptionDispatchInfo.Throw(broken);
        silos.Next();
        await Task.Delay(RetryAfter, time, stop);
        return new UriBuilder(address) { Host = silos.Current.Host, Port = silos.Current.Port, Query = _offset is { } offset ? $"from_start={offset}&incarnation={_incarnation}" : "most_recent=0" }.Uri;
    }

    // A line of its own, with the carriage return that a terminal in raw mode needs.
    void Say(string text) => remarks.Write($"\r\n[propolis-cli: {text}]\r\n");
}
