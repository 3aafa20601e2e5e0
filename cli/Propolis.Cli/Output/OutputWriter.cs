using System.Text.Json;
using Propolis.Contracts.Serialization;

namespace Propolis.Cli.Output;

/// <summary>A command's result: a table or lines for people, or one JSON document (a line each for what never ends) for programs.</summary>
sealed class OutputWriter(TextWriter writer, bool json)
{
    static readonly JsonSerializerOptions Indented = MakeIndented();

    /// <summary>The user asked for JSON.</summary>
    public bool IsJson => json;

    /// <summary>Shows a value: as JSON, or by what <paramref name="show"/> writes.</summary>
    public Task ValueAsync<T>(T value, Action<TextWriter> show)
    {
        if (json) return writer.WriteLineAsync(JsonSerializer.Serialize(value, Indented));
        show(writer);
        return Task.CompletedTask;
    }

    /// <summary>Shows a value as JSON whatever was asked: for what is a document of its own.</summary>
    public Task DocumentAsync<T>(T value) => writer.WriteLineAsync(JsonSerializer.Serialize(value, Indented));

    /// <summary>Shows a list: as a JSON array, or as a table.</summary>
    public Task TableAsync<T>(IReadOnlyList<T> rows, params (string Header, Func<T, string?> Cell)[] columns) =>
        ValueAsync(rows, to => TextTable.Write(to, [.. columns.Select(c => c.Header)], [.. rows.Select(row => columns.Select(c => c.Cell(row) ?? "-").ToArray())]));

    /// <summary>Shows one event of a stream at once: a JSON line, or a line of text.</summary>
    public async Task EventAsync<T>(T value, Func<T, string> line)
    {
        await writer.WriteLineAsync(json ? JsonSerializer.Serialize(value, PropolisJson.Options) : line(value));
        await writer.FlushAsync();
    }

    /// <summary>A remark that programs do not need.</summary>
    public Task LineAsync(string text) => json ? Task.CompletedTask : writer.WriteLineAsync(text);

    static JsonSerializerOptions MakeIndented() => new(PropolisJson.Options) { WriteIndented = true };
}
