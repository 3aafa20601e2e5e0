using System.Text.Json;

namespace Propolis.Crucible.Tests;

/// <summary>The bytes recorded from the original code.</summary>
static class Golden
{
    public static JsonElement Frames { get; } = Load("crucible-golden.json");

    public static JsonElement Transcripts { get; } = Load("crucible-transcripts.json").GetProperty("scenarios");

    /// <summary>The data names of the golden file: bytes that count modulo 251.</summary>
    public static byte[] Counting(int length, int modulus = 251)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)(i % modulus);
        return bytes;
    }

    public static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    public static byte[] Hex(this JsonElement element, string property) =>
        Convert.FromHexString(element.GetProperty(property).GetString()!);

    /// <summary>A number written as a JSON number or as a "0x" string.</summary>
    public static ulong Number(this JsonElement element, string property) => element.GetProperty(property).Number();

    public static ulong Number(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetUInt64() : Convert.ToUInt64(value.GetString()![2..], 16);

    static JsonElement Load(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", name))).RootElement;
}
