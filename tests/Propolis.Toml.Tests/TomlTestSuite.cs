using System.Globalization;
using System.Text.Json;

namespace Propolis.Toml.Tests;

/// <summary>
/// Runs the cases of the public toml-test suite, when the environment names a folder that holds its tests directory:
/// valid/**/*.toml with the expected tree beside it as tagged JSON, invalid/**/*.toml, and the list of cases of TOML 1.0.0.
/// </summary>
public sealed class TomlTestSuite
{
    const string FolderVariable = "TOML_TEST_DIR";
    const string CaseList = "files-toml-1.0.0";

    [Fact]
    public void Every_valid_case_gives_the_expected_tree()
    {
        var folder = SuiteFolder();
        var cases = Cases(folder, "valid");
        var failures = cases.Select(file => FailureOfValid(folder, file)).OfType<string>().ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} of {cases.Count} cases fail:\n" + string.Join('\n', failures));
    }

    [Fact]
    public void Every_invalid_case_is_refused_with_a_place()
    {
        var folder = SuiteFolder();
        var cases = Cases(folder, "invalid");
        var failures = cases.Select(file => FailureOfInvalid(folder, file)).OfType<string>().ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} of {cases.Count} cases fail:\n" + string.Join('\n', failures));
    }

    static string SuiteFolder()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{FolderVariable} does not name the tests folder of toml-test.");
        return folder!;
    }

    static List<string> Cases(string folder, string kind)
    {
        var list = Path.Combine(folder, CaseList);
        var files = File.Exists(list)
            ? File.ReadLines(list)
            : Directory.EnumerateFiles(folder, "*.toml", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file));
        var cases = files.Where(file => file.StartsWith(kind + "/", StringComparison.Ordinal)
            && file.EndsWith(".toml", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(cases);
        return cases;
    }

    static string? FailureOfValid(string folder, string file)
    {
        try
        {
            var document = TomlDocument.Read(Path.Combine(folder, file));
            using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, Path.ChangeExtension(file, ".json"))));
            return Difference(expected.RootElement, document.Root, file);
        }
        catch (TomlException e)
        {
            return e.Message;
        }
    }

    static string? FailureOfInvalid(string folder, string file)
    {
        try
        {
            TomlDocument.Read(Path.Combine(folder, file));
            return $"{file} was taken";
        }
        catch (TomlException e)
        {
            return e.Position == TomlPosition.WholeFile ? $"{file} was refused without a place: {e.Message}" : null;
        }
    }

    static string? Difference(JsonElement expected, TomlValue actual, string path) => (expected.ValueKind, actual) switch
    {
        (JsonValueKind.Array, TomlArray array) => DifferenceOfArrays(expected, array, path),
        (JsonValueKind.Object, TomlTable table) => DifferenceOfTables(expected, table, path),
        (JsonValueKind.Object, _) when IsScalar(expected) => DifferenceOfScalars(expected, actual, path),
        _ => $"{path}: expected {expected}, got {actual.Kind.WithArticle()}",
    };

    static string? DifferenceOfArrays(JsonElement expected, TomlArray actual, string path) =>
        expected.GetArrayLength() != actual.Count
            ? $"{path}: expected {expected.GetArrayLength()} values, got {actual.Count}"
            : expected.EnumerateArray().Select((item, i) => Difference(item, actual[i], $"{path}[{i}]")).FirstOrDefault(d => d is not null);

    static string? DifferenceOfTables(JsonElement expected, TomlTable actual, string path)
    {
        var names = expected.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal);
        if (!names.SequenceEqual(actual.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal)))
            return $"{path}: expected the keys of {expected}, got {string.Join(", ", actual.Entries.Select(entry => entry.Name))}";
        return actual.Entries
            .Select(entry => Difference(expected.GetProperty(entry.Name), entry.Value, $"{path} {entry.Name}"))
            .FirstOrDefault(difference => difference is not null);
    }

    static bool IsScalar(JsonElement expected) =>
        expected.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
        && expected.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String;

    static string? DifferenceOfScalars(JsonElement expected, TomlValue actual, string path)
    {
        var text = expected.GetProperty("value").GetString()!;
        var same = (expected.GetProperty("type").GetString(), actual) switch
        {
            ("string", TomlString s) => s.Value == text,
            ("integer", TomlInteger i) => i.Value == long.Parse(text, CultureInfo.InvariantCulture),
            ("float", TomlFloat f) => f.Value.Equals(Float(text)),
            ("bool", TomlBoolean b) => b.Value == bool.Parse(text),
            ("datetime", TomlDateTime { Date: not null, Time: not null, Offset: not null } d) => SameMoment(text, d),
            ("datetime-local", TomlDateTime { Date: not null, Time: not null, Offset: null } d) => SameMoment(text, d),
            ("date-local", TomlDateTime { Time: null } d) => text == d.ToString(),
            ("time-local", TomlDateTime { Date: null } d) => SameMoment(text, d),
            _ => false,
        };
        return same ? null : $"{path}: expected {expected}, got {actual.Kind.WithArticle()} {actual}";
    }

    static bool SameMoment(string expected, TomlDateTime actual) => Moment(expected).EqualsExact(Moment(actual.ToString()));

    static DateTimeOffset Moment(string text)
    {
        var day = text.Contains('-', StringComparison.Ordinal) ? "" : "2006-01-02T";
        return DateTimeOffset.Parse(day + text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    static double Float(string text) => text.TrimStart('+') switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" or "-nan" => double.NaN,
        var number => double.Parse(number, CultureInfo.InvariantCulture),
    };
}
